"""A thousand tasks, one sum."""
from interleave import *


async def one(n):
    await io((n % 7) * ms)
    return n


async def main():
    print(sum(await gather(*[one(n) for n in range(1000)])))


run(main)
