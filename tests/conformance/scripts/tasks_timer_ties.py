"""Timers of one instant fire in the order of registration."""
from interleave import *


async def sleeper(name, *waits):
    for i, n in enumerate(waits):
        await io(n * ms)
        print(name, i)


async def main():
    await gather(sleeper("a", 2, 2), sleeper("b", 1, 1, 2), sleeper("c", 2, 1, 1))


run(main)
