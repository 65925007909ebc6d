"""main fails; who is cancelled then still has time: it waits, puts, releases."""
# on: serial loop threads gil stealing processes
from interleave import *

lock = Lock()
parted = Event()


async def holder():
    try:
        async with lock:
            await sleep(300 * ms)
            print("never")
    except CancelledError:
        print("holder is cancelled")
        raise
    finally:
        await sleep(60 * ms)  # long after the waiter is cancelled, too, on a busy machine
        print("holder has cleaned up")
        parted.set()


async def waiter():
    try:
        await parted.wait()
        print("never")
    finally:
        print("waiter waits for the lock")
        async with lock:
            print("waiter has the lock")


async def main():
    a = spawn(holder())
    b = spawn(waiter())
    await sleep(150 * ms)  # both have begun, on a busy machine, too
    raise ValueError("main gives up")


run(main)
