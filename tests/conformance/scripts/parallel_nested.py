"""Tasks that make tasks, on every executor."""
# on: serial loop threads gil stealing
from interleave import *


async def fib(n):
    if n < 2:
        return n
    a, b = await gather(fib(n - 1), fib(n - 2))
    return a + b


async def main():
    print(await fib(8))


run(main)
