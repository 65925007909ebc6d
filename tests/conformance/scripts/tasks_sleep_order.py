"""Tasks wake in the order of their timers, not of their creation."""
from interleave import *


async def sleeper(n):
    await io(n * ms)
    print("woke", n)


async def main():
    await gather(*[sleeper(n) for n in (50, 10, 30, 20, 40)])


run(main)
