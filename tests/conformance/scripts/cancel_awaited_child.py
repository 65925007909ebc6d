"""A task that awaits a cancelled task gets CancelledError."""
from interleave import *


async def child():
    await io(1 * s)


async def waiter(t):
    try:
        await t
    except CancelledError:
        print("child was cancelled")
        return "goes on"


async def main():
    t = spawn(child())
    w = spawn(waiter(t))
    await io(2 * ms)
    t.cancel()
    print(await w)


run(main)
