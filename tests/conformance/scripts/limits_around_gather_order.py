"""A limit around gather(): who waits hears of its end a turn later than of one child's, in time or not."""
# on: loop serial
from interleave import *


async def late(n):
    await io(n * ms)
    return n


async def limited(name, n):
    try:
        print(name, await wait_for(late(n), 3 * ms))
    except TimeoutError:
        print(name, "too late")


async def limited_gather(name, *waits):
    try:
        print(name, await wait_for(gather(*[late(n) for n in waits]), 3 * ms))
    except TimeoutError:
        print(name, "too late")


async def main():
    await gather(limited_gather("a", 12), limited("b", 12), limited_gather("c", 0, 2), limited("d", 2), limited_gather("e", 2))
    await gather(limited("f", 2), limited_gather("g", 2, 2), limited("h", 12), limited_gather("i", 1, 12), limited("j", 1))


run(main)
