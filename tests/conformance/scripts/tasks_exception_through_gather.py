"""The first exception comes out of gather; the others go on."""
from interleave import *


async def good(n):
    await io(n * ms)
    print("good", n)
    return n


async def bad():
    await io(2 * ms)
    print("bad")
    raise ValueError("from the task")


async def main():
    try:
        await gather(good(1), bad(), good(4))
    except ValueError as e:
        print("caught", e)
    await io(10 * ms)
    print("end")


run(main)
