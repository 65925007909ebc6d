"""Waits of other processes end when their time is up, be it set there or in main."""
# on: loop threads gil stealing processes
from interleave import *

lock, q = Lock(), Queue()


async def own_limit():
    said = []
    try:
        async with timeout(10 * ms):
            await lock.acquire()
    except TimeoutError:
        said.append("no lock")
    try:
        await wait_for(q.get(), 10 * ms)
    except TimeoutError:
        said.append("no item")
    async with timeout(10 * s):
        await q.put("an item")
        said.append(await q.get())
    return said


async def for_ever():
    async with lock:
        return "not reached"


async def main():
    async with lock:
        print(await spawn(own_limit()))
        try:
            await wait_for(spawn(for_ever()), 20 * ms)
        except TimeoutError:
            print("main waits no longer")
    async with lock:
        print("free", q.empty())


run(main)
