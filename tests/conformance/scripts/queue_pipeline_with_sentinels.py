"""Stages joined by queues, ended by an object that means the end."""
from interleave import *

DONE = object()


async def producer(q, n):
    for i in range(n):
        await q.put(i)
    await q.put(DONE)


async def stage(f, source, sink):
    while (item := await source.get()) is not DONE:
        await sink.put(f(item))
    await sink.put(DONE)


async def collect(q):
    items = []
    while True:
        item = await q.get()
        if item is DONE:
            return items
        items.append(item)


async def main():
    a, b, c = Queue(2), Queue(1), Queue()
    *_, items = await gather(producer(a, 6), stage(lambda x: x * x, a, b), stage(lambda x: f"<{x}>", b, c), collect(c))
    print(items, a.qsize(), a.empty(), b.full(), a.maxsize)
    q = Queue(1)
    q.put_nowait("x")
    try:
        q.put_nowait("y")
    except QueueFull:
        print("full")
    print(q.get_nowait())
    try:
        q.get_nowait()
    except QueueEmpty as e:
        print("empty", repr(e))


run(main)
