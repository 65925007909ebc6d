"""cancel() wakes a task with CancelledError where it waits."""
from interleave import *


async def sleeper():
    try:
        print("sleeping")
        await io(10 * s)
        print("never")
    except CancelledError:
        print("cancelled")
        raise
    finally:
        print("cleanup")


async def main():
    t = spawn(sleeper())
    await io(5 * ms)
    print(t.cancel(), t.done(), t.cancelled())
    try:
        await t
    except CancelledError:
        print("main sees it", t.done(), t.cancelled())
    print(t.cancel())


run(main)
