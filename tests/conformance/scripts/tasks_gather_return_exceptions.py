"""gather(return_exceptions=True) gives exceptions as results."""
from interleave import *


async def inverse(n):
    await io(n * ms)
    return 10 // n


async def failing():
    raise KeyError("k")


async def main():
    results = await gather(inverse(2), inverse(0), failing(), return_exceptions=True)
    for r in results:
        print(type(r).__name__, r)


run(main)
