"""A loop over an async generator is left before its end: the generator is closed, and may wait for that."""
# on: threads gil stealing
from interleave import *


async def ticks():
    try:
        n = 0
        while True:
            await sleep(1 * ms)
            yield n
            n += 1
    finally:
        await sleep(1 * ms)
        print("closed")


async def first(k):
    async for v in ticks():
        if v == k:
            return v


async def main():
    async for v in ticks():
        print(v)
        if v == 2:
            break
    print("after")
    print(await first(3))
    await sleep(20 * ms)


run(main)
