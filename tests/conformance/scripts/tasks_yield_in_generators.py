"""Plain generators inside tasks keep their own state."""
from interleave import *


def numbers_of(name):
    n = 0
    while True:
        n += 1
        yield f"{name}{n}"


async def worker(name, count):
    source = numbers_of(name)
    for _ in range(count):
        print(next(source))
        await io(1 * ms)


async def main():
    await gather(worker("a", 3), worker("b", 2))


run(main)
