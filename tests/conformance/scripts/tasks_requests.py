"""request() gives the number of bytes that came."""
from interleave import *


async def fetch(n):
    size = await request(n * ms, size=100 * n)
    print("got", size)
    return size


async def main():
    print(sum(await gather(fetch(5), fetch(3), fetch(1))))


run(main)
