"""Limits and what they limit have both come while another task held the thread: what has ended has its result."""
from interleave import *


async def late(n):
    await io(n * ms)
    return n


async def waits(k):
    for limit in (9, 9):
        try:
            print(k, await wait_for(late(4), limit * ms))
        except TimeoutError:
            print(k, "too late")
    try:
        print(k, await wait_for(gather(late(3), late(4)), 9 * ms))
    except TimeoutError:
        print(k, "all too late")


async def ticks(n):
    for i in range(n):
        await io(i % 2 * ms)
        yield i


async def holds(n):
    for _ in range(n):
        print([x async for x in ticks(3)])
        compute(10 * ms)
    return "held"


async def main():
    print(await gather(holds(4), waits(1), waits(2), holds(4)))
    print(await gather(waits(3), holds(6), waits(4)))


run(main)
