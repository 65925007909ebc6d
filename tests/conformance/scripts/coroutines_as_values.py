"""Calls of async functions are values: passed on, awaited once, gathered."""
from interleave import *


async def add(a, b):
    await sleep(1 * ms)
    return a + b


async def apply(f, *args):
    return await f(*args)


def later(x):
    async def inner():
        await sleep(1 * ms)
        return x
    return inner


class Service:
    def __init__(self): self.calls = 0

    async def call(self, x):
        self.calls += 1
        await sleep(1 * ms)
        return x * self.calls

    async def many(self, *xs):
        return [await self.call(x) for x in xs]


async def retry(make, times):
    for attempt in range(1, times + 1):
        try:
            return await make(attempt)
        except ValueError as e:
            print(f"attempt {attempt}: {e}")
    raise RuntimeError("gave up")


async def flaky(n):
    await sleep(n * ms)
    if n < 3:
        raise ValueError(f"{n} is too small")
    return f"ok after {n}"


async def main():
    c = add(1, 2)
    print(await c)
    try:
        await c
    except RuntimeError as e:
        print(e)
    print(await apply(add, 3, 4), await later("x")(), await gather(*(later(i)() for i in range(3))))
    s = Service()
    print(await s.many(1, 2, 3), s.calls, await gather(s.call(10), s.call(20)))
    print(await retry(flaky, 5))
    try:
        await retry(flaky, 2)
    except RuntimeError as e:
        print(e)
    jobs = {name: spawn(add(name, "!")) for name in "ab"}
    print({name: await job for name, job in jobs.items()})
    try:
        await 5
    except TypeError as e:
        print(e)


run(main)
