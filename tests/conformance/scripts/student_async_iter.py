"""Async generators and iterators."""
# on: serial loop
from interleave import *


class Countdown:
    def __init__(self, n):
        self.n = n

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.n <= 0:
            raise StopAsyncIteration
        await sleep(1 * ms)
        self.n -= 1
        return self.n


async def ticker(n, pause):
    try:
        for i in range(n):
            await sleep(pause)
            yield i
    finally:
        print("ticker closed")


async def doubled(source):
    async for x in source:
        yield x * 2


async def main():
    async for i in Countdown(3):
        print("count", i)
    else:
        print("lift off")
    print([x async for x in doubled(ticker(4, 1 * ms))])
    print({x: x * x async for x in ticker(3, 1 * ms) if x})
    source = ticker(3, 1 * ms)
    print(await one(5), type(source).__name__)
    print(sum([await one(n) for n in range(4)]))
    pairs = [(a, b) for a in range(2) async for b in ticker(2, 1 * ms)]
    print(pairs)


async def one(n):
    await sleep(1 * ms)
    return n


run(main)
