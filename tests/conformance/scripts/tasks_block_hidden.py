"""A call that blocks stops every task of the loop."""
from interleave import *


async def heartbeat():
    for i in range(3):
        print("beat", i)
        await io(10 * ms)


async def bad():
    await io(5 * ms)
    print("blocking")
    block(50 * ms)
    print("blocked")


async def main():
    await gather(heartbeat(), bad())


run(main)
