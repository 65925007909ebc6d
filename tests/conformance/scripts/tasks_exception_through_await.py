"""An exception of a spawned task appears where it is awaited, each time."""
from interleave import *


async def bad():
    await io(1 * ms)
    raise RuntimeError("late")


async def main():
    t = spawn(bad())
    await io(5 * ms)
    print("nothing yet", t.done())
    for _ in range(2):
        try:
            await t
        except RuntimeError as e:
            print("caught", e)


run(main)
