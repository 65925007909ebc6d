"""gather in a gathered task."""
from interleave import *


async def leaf(name, n):
    await io(n * ms)
    print(name)
    return name


async def branch(name):
    parts = await gather(leaf(name + "1", 2), leaf(name + "2", 1))
    return "".join(parts)


async def main():
    print(await gather(branch("a"), branch("b"), leaf("c", 3)))


run(main)
