"""Waits that are cancelled, too late, or fail."""
from interleave import *


async def slow(n):
    try:
        await sleep(n * ms)
        return n
    except CancelledError:
        print("cancelled", n)
        raise


async def main():
    t = spawn(slow(50))
    await sleep(1 * ms)
    print(t.done(), t.cancel(), t.done())
    try:
        await t
    except CancelledError:
        print("awaited a cancelled task", t.cancelled(), t.cancel())
    try:
        await wait_for(slow(30), 5 * ms)
    except TimeoutError as e:
        print("too slow", repr(e))
    print(await wait_for(slow(1), 5 * ms))
    try:
        async with timeout(3 * ms):
            await gather(slow(2), slow(10))
    except TimeoutError:
        print("block timed out")
    results = await gather(slow(1), fail(2), return_exceptions=True)
    print(results)
    try:
        await gather(slow(4), fail(1))
    except ValueError as e:
        print("gather:", e)
    await sleep(10 * ms)
    t = spawn(fail(3))
    try:
        await t
    except ValueError:
        print(repr(t.exception()), t.done(), t.cancelled())


async def fail(n):
    await sleep(n * ms)
    raise ValueError(n)


run(main)
