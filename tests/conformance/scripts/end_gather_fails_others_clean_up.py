"""One child fails; the others are cancelled when main has ended, and each gives back what it holds."""
# on: loop threads gil stealing
from interleave import *

slots = Semaphore(2)
log = Queue()
both = Event()


async def worker(n):
    await slots.acquire()
    try:
        if n == 0:
            await both.wait()
            raise RuntimeError("worker 0 fails")
        both.set()
        await sleep(2 * s)
        print("never", n)
    finally:
        slots.release()
        log.put_nowait(n)
        print("worker", n, "gave back")


async def main():
    await gather(worker(0), worker(1))


run(main)
