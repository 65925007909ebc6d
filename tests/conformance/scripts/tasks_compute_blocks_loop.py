"""compute() holds the loop: timers that become due wait behind it."""
from interleave import *


async def ticker():
    for i in range(4):
        print("tick", i)
        await io(1 * ms)


async def cruncher():
    await io(1 * ms)
    print("crunch")
    compute(3 * ms)
    print("crunched")


async def main():
    await gather(ticker(), cruncher())


run(main)
