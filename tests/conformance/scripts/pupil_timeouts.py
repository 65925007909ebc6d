"""Timeouts, as a pupil would write it."""
# on: loop serial
from interleave import *


async def slow(n):
    try:
        await sleep(n * ms)
        return f"slow {n}"
    except CancelledError:
        print("cancelled", n)
        raise


async def first_of(*coroutines):
    queue = Queue()

    async def run_one(c):
        await queue.put(await c)
    tasks = [spawn(run_one(c)) for c in coroutines]
    try:
        return await queue.get()
    finally:
        for t in tasks:
            t.cancel()
        await gather(*tasks, return_exceptions=True)


async def poll(check, every, limit):
    try:
        async with timeout(limit):
            while not check():
                await sleep(every)
            return True
    except TimeoutError:
        return False


async def main():
    if workers() >= 0:
        for limit in (30 * ms, 5 * ms):
            try:
                print(await wait_for(slow(10), limit))
            except TimeoutError:
                print("limit", limit)
    n = 0

    def enough():
        nonlocal n
        n += 1
        return n > 3
    print(await poll(enough, 2 * ms, 100 * ms), n)
    print(await poll(lambda: False, 2 * ms, 10 * ms))
    try:
        async with timeout(50 * ms):
            async with timeout(5 * ms):
                await slow(20)
    except TimeoutError:
        print("inner")
    for wrong in (-1 * ms, 5, "1"):
        try:
            await sleep(wrong)
        except (TypeError, ValueError) as e:
            print(type(e).__name__, e)
    print(1500 * us, 2 * s + 500 * ms, 10 * ms / 4, (1 * s) // (300 * ms), 1 * s > 999 * ms, [1 * ms] == [1000 * us], -5 * ms, abs(-2 * s))


run(main)
