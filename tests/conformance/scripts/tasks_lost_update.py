"""A load and a store with a wait between them lose updates."""
from interleave import *

total = 0


async def add():
    global total
    seen = total
    await io(1 * ms)
    total = seen + 1


async def main():
    await gather(*[add() for _ in range(10)])
    print(total)


run(main)
