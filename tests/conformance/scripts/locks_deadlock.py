"""Two locks taken in different orders: the run ends and says so."""
# on: loop
from interleave import *

a, b = Lock(), Lock()


async def first():
    async with a:
        print("first has a")
        await io(1 * ms)
        async with b:
            print("never")


async def second():
    async with b:
        print("second has b")
        await io(1 * ms)
        async with a:
            print("never")


async def main():
    await gather(first(), second())


run(main)
