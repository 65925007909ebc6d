"""gather gives results in the order of its arguments."""
from interleave import *


async def after(n):
    await io(n * ms)
    print("done", n)
    return n * n


async def main():
    print(await gather(after(3), after(1), after(2)))
    print(await gather(), await gather(after(1)))


run(main)
