"""await inside expressions, conditions, f-strings and comprehensions."""
from interleave import *


async def value(n):
    await io(1 * ms)
    return n


async def main():
    print(await value(1) + await value(2) * 3)
    if await value(0) or await value(5):
        print("true")
    print(f"{await value(7)}!", [await value(n) for n in range(3)], {await value("k"): await value("v")})
    total = 0
    for n in [1, 2, 3]:
        total += await value(n)
    print(total, (await value([9, 8]))[1], -(await value(4)))


run(main)
