"""Several consumers share the work of one queue; nothing is lost or done twice."""
# on: loop threads gil stealing
from interleave import *

q = Queue(3)


async def producer(n):
    for i in range(n):
        await q.put(i)
    for _ in range(2):
        await q.put(None)


async def consumer():
    mine = []
    while (item := await q.get()) is not None:
        mine.append(item)
    return mine


async def main():
    _, a, b = await gather(producer(20), consumer(), consumer())
    print(sorted(a + b))


run(main)
