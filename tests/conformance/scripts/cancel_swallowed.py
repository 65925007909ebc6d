"""A task may catch CancelledError and end normally."""
from interleave import *


async def stubborn():
    try:
        await io(1 * s)
    except CancelledError:
        print("no, thanks")
    await io(1 * ms)
    return "finished anyway"


async def main():
    t = spawn(stubborn())
    await io(1 * ms)
    t.cancel()
    print(await t, t.cancelled())


run(main)
