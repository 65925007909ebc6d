"""Five philosophers who take the lower fork first: nobody starves."""
from interleave import *

forks = [Lock() for _ in range(5)]
meals = [0] * 5


async def philosopher(i):
    left, right = sorted([i, (i + 1) % 5])
    for _ in range(3):
        async with forks[left]:
            async with forks[right]:
                meals[i] += 1
                await io(1 * ms)


async def main():
    await gather(*[philosopher(i) for i in range(5)])
    print(meals)


run(main)
