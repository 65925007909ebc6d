"""Locks and queues that a task makes in its own process work there, and come home with its result."""
# on: loop threads gil stealing processes
from interleave import *


async def makes():
    lock, q = Lock(), Queue()
    async with lock:
        for n in range(3):
            await q.put(n)
    return lock, q


async def main():
    lock, q = await spawn(makes())
    print(lock.locked(), q.qsize(), await q.get(), await q.get())
    async with lock:
        print(lock.locked())


run(main)
