"""A task that blocks its thread can be cancelled."""
# on: loop threads gil stealing processes
from interleave import *

begun = Event()


async def sleeper():
    begun.set()
    try:
        await io(10 * s)
    finally:
        print("woken")


async def main():
    t = spawn(sleeper())
    await begun.wait()
    t.cancel()
    try:
        await t
    except CancelledError:
        print("cancelled", t.cancelled())


run(main)
