"""io(0) lets everybody else have a turn."""
# on: loop
from interleave import *


async def counter(name, n):
    for i in range(n):
        print(name, i)
        await io(0 * ms)


async def main():
    await gather(counter("a", 3), counter("b", 2), counter("c", 4))


run(main)
