"""A limiter, workers and retries with backoff."""
from interleave import *

slots = Semaphore(2)
tries = {}


async def call(n):
    async with slots:
        tries[n] = tries.get(n, 0) + 1
        await io(5 * ms)
        if tries[n] < n % 3 + 1:
            raise ConnectionError(f"call {n}")
        return f"answer {n}"


async def with_retries(n):
    wait = 1 * ms
    while True:
        try:
            return await call(n)
        except ConnectionError as e:
            print("retry", e, wait)
            await io(wait)
            wait = wait * 2


async def main():
    for answer in await gather(*[with_retries(n) for n in range(4)]):
        print(answer)
    print(sorted(tries.items()))


run(main)
