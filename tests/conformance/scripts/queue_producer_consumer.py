"""A queue between a producer and a consumer; None ends it."""
from interleave import *

q = Queue()


async def producer(n):
    for i in range(n):
        print("put", i)
        await q.put(i)
        await io(1 * ms)
    await q.put(None)


async def consumer():
    while True:
        item = await q.get()
        if item is None:
            break
        print("got", item)


async def main():
    await gather(producer(4), consumer())


run(main)
