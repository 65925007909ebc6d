"""shared(): load and store as separate steps."""
from interleave import *

cell = shared(0)


async def add(n):
    for _ in range(n):
        cell.store(cell.load() + 1)


async def main():
    await gather(add(3), add(4))
    print(cell.load())
    cell.store([1, 2])
    cell.load().append(3)
    print(cell.load())


run(main)
