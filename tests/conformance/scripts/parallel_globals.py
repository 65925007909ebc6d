"""Threads share globals, processes do not."""
# on: serial loop threads gil stealing
from interleave import *

seen = []


async def add(n):
    seen.append(n)


async def main():
    await gather(*[add(n) for n in range(20)])
    print(sorted(seen))


run(main)
