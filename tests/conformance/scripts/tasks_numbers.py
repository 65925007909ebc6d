"""sum_range and numbers work on the real list."""
from interleave import *

prepare_numbers(1000)


async def part(low, high):
    return sum_range(low, high)


async def main():
    parts = await gather(*[part(i * 250, (i + 1) * 250) for i in range(4)])
    print(parts, sum(parts), sum(numbers(0, 1000)), list(numbers(3, 6)), len(numbers(10, 20)))


run(main)
