"""An exception of a task arrives in main on every executor."""
# on: serial loop threads gil processes stealing
from interleave import *


async def inverse(n):
    await io(1 * ms)
    return 12 // n


async def main():
    print(await gather(inverse(3), inverse(4)))
    try:
        await gather(inverse(0))
    except ZeroDivisionError:
        print("caught")


run(main)
