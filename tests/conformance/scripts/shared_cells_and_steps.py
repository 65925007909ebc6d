"""shared(): a cell that tasks share."""
from interleave import *

counter = shared(0)


async def add(n):
    for _ in range(n):
        counter.store(counter.load() + 1)
        await step()


async def main():
    await gather(add(3), add(4))
    print(counter.load())
    box = shared([1, 2])
    box.load().append(3)
    print(box.load(), shared().load())


run(main)
