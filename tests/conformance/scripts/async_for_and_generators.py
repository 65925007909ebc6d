"""async for over a class with __aiter__ and __anext__."""
from interleave import *


class Ticks:
    def __init__(self, n):
        self.n = n

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.n == 0:
            raise StopAsyncIteration
        await io(1 * ms)
        self.n -= 1
        return self.n


async def main():
    async for t in Ticks(3):
        print("tick", t)
    else:
        print("end")


run(main)
