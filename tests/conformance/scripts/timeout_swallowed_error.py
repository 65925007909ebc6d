"""An exception before the end of the time passes through."""
from interleave import *


async def bad():
    await io(1 * ms)
    raise ValueError("in time")


async def main():
    try:
        await wait_for(bad(), 50 * ms)
    except ValueError as e:
        print(e)
    try:
        async with timeout(50 * ms):
            await bad()
    except ValueError as e:
        print(e)
    print(issubclass(TimeoutError, Exception), issubclass(TimeoutError, OSError))


run(main)
