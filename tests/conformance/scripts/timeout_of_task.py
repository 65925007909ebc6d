"""wait_for with a task cancels that task."""
# order: free, since how often main runs while wait_for() gives up is not the same in CPython 3.11 and 3.12
from interleave import *


async def long():
    try:
        await io(1 * s)
    except CancelledError:
        print("told to stop")
        raise


async def main():
    t = spawn(long())
    try:
        await wait_for(t, 3 * ms)
    except TimeoutError:
        print("timeout", t.done(), t.cancelled())


run(main)
