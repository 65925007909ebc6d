"""async for and await inside comprehensions and generator expressions."""
from interleave import *


async def count(n):
    for i in range(n):
        await sleep(1 * ms)
        yield i


async def double(x):
    await sleep(1 * ms)
    return x * 2


async def even(x):
    await sleep(0)
    return x % 2 == 0


async def main():
    print([x async for x in count(4)])
    print([x * y async for x in count(3) for y in (1, 10)])
    print([(x, y) for x in "ab" async for y in count(2)])
    print({x % 3 async for x in count(6)}, {x: x * x async for x in count(3)})
    print([x async for x in count(6) if x % 2])
    print([await double(x) for x in range(4)], [x for x in range(6) if await even(x)])
    print([await double(x) async for x in count(3)])
    doubled = (await double(x) async for x in count(3))
    async for x in doubled:
        print("generated", x)
    async for x in (await double(y) for y in [5, 6]):
        print("and", x)
    print([y async for y in (x + 1 async for x in count(3) if x != 1)])
    total = 0
    async for x in (x async for x in count(5)):
        total += x
        if x == 3:
            break
    print(total)
    try:
        print(sum(x async for x in count(3)))
    except TypeError as e:
        print(e)
    print(sum([x async for x in count(4)]), list(await gather(*[double(x) for x in range(3)])))


run(main)
