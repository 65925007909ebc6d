"""One child fails; the others are cancelled when main has ended, and each gives back what it holds."""
# on: loop threads gil stealing
from interleave import *

slots = Semaphore(2)
log = Queue()


async def worker(n):
    await slots.acquire()
    try:
        await sleep(50 * ms if n else 1 * ms)
        if n == 0:
            raise RuntimeError("worker 0 fails")
        print("never", n)
    finally:
        slots.release()
        log.put_nowait(n)
        print("worker", n, "gave back")


async def main():
    await gather(worker(0), worker(1))


run(main)
