"""A full queue makes its producer wait."""
# on: loop
from interleave import *

q = Queue(2)


async def producer():
    for i in range(5):
        await q.put(i)
        print("put", i, q.qsize())


async def consumer():
    for _ in range(5):
        await io(2 * ms)
        print("got", await q.get())


async def main():
    await gather(producer(), consumer())
    print(q.empty(), q.full(), q.qsize())


run(main)
