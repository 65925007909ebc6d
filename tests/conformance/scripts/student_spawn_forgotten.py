"""A task that fails while nobody awaits it does not end the others."""
# on: loop threads stealing
from interleave import *


async def bad(n):
    await sleep(1 * ms)
    raise ValueError(f"bad {n}")


async def main():
    t = spawn(bad(1))
    u = spawn(bad(2))
    await sleep(30 * ms)
    print(t.done(), u.done(), "goes on")
    print(repr(u.exception()), u.cancelled())
    try:
        await u
    except ValueError as e:
        print("seen", e)


run(main)
