"""Tasks on every executor: the same results, in order."""
# on: serial loop threads gil processes stealing
from interleave import *


async def part(low, high):
    total = 0
    for n in range(low, high):
        total += n * n
    return total


async def main():
    parts = await gather(*[part(i * 100, (i + 1) * 100) for i in range(8)])
    print(parts)
    print(sum(parts))


run(main)
