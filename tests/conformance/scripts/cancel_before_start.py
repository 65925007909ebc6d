"""A task that is cancelled before its first turn never runs."""
from interleave import *


async def never():
    print("never")


async def main():
    t = spawn(never())
    t.cancel()
    try:
        await t
    except CancelledError:
        print("cancelled", t.cancelled())


run(main)
