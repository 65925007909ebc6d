"""Coroutine functions inside functions see their variables."""
from interleave import *


async def main():
    log = []

    async def add(n):
        await io(n * ms)
        log.append(n)
        return len(log)

    print(await gather(*[add(n) for n in (3, 1, 2)]))
    print(log)

    def make(factor):
        async def times(n):
            return n * factor
        return times
    print(await make(3)(14))


run(main)
