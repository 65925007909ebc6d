"""async for over generators and objects, left early and read to the end."""
from interleave import *


async def ticks(n, pause):
    try:
        for i in range(n):
            await sleep(pause)
            yield i
    finally:
        print("ticks closed")


async def doubled(source):
    async for x in source:
        yield 2 * x


class Countdown:
    def __init__(self, n):
        self.n = n

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.n == 0:
            raise StopAsyncIteration
        self.n -= 1
        await sleep(1 * ms)
        return self.n


async def main():
    async for x in ticks(3, 1 * ms):
        print("tick", x)
    print([x async for x in doubled(ticks(3, 1 * ms))])
    print({x: x * x async for x in Countdown(3)})
    async for x in Countdown(5):
        if x == 2:
            break
    else:
        print("never")
    print("left at", x)
    total = 0
    async for x in Countdown(3):
        total += x
    else:
        print("whole", total)
    g = ticks(2, 1 * ms)
    print([x async for x in g])


run(main)
