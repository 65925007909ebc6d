"""Stages joined by queues."""
from interleave import *


async def source(out):
    for i in range(1, 6):
        await out.put(i)
    await out.put(None)


async def square(source_, out):
    while (n := await source_.get()) is not None:
        await out.put(n * n)
    await out.put(None)


async def total(source_):
    s = 0
    while (n := await source_.get()) is not None:
        s += n
    return s


async def main():
    a, b = Queue(), Queue()
    results = await gather(source(a), square(a, b), total(b))
    print(results[-1])


run(main)
