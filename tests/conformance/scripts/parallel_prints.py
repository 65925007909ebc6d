"""Lines of tasks come in any order, but whole."""
# on: serial loop threads gil processes stealing
from interleave import *


async def job(n):
    print("begin", n, "of eight")
    await io(1 * ms)
    print("end", n, [n] * 3)
    return n


async def main():
    print(await gather(*[job(n) for n in range(8)]))


run(main)
