"""Tasks that make tasks: a tree of them."""
from interleave import *


async def tree(depth, name):
    if depth == 0:
        return 1
    await io(1 * ms)
    left, right = await gather(tree(depth - 1, name + "l"), tree(depth - 1, name + "r"))
    print(name, left + right)
    return left + right


async def main():
    print(await tree(3, "t"))


run(main)
