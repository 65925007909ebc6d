"""param() gives its default; durations carry units."""
from interleave import *

count = param(3, min=1, max=10)
wait = param(5 * ms, min=1 * ms, max=1 * s)
share = param(0.5, min=0, max=1)


async def main():
    print(count, wait, share, count * wait, wait / ms, wait * share, wait + 1 * s)
    for i in range(count):
        await io(wait)
    print("waited", count * wait)


run(main)
