"""A timeout in a timeout: where both have passed when the task hears, the outer one ends it; else each ends its own block."""
from interleave import *


async def in_both(name, outer, inner, busy):
    try:
        async with timeout(outer):
            try:
                async with timeout(inner):
                    block(busy)
                    await sleep(300 * ms)
            except TimeoutError:
                print(name, "inner")
            await sleep(200 * ms)
            print(name, "slept")
    except TimeoutError:
        print(name, "outer")
    await sleep(1 * ms)
    print(name, "goes on")


async def cancelled_as_well():
    try:
        async with timeout(10 * ms):
            await sleep(300 * ms)
    except TimeoutError:
        print("a timeout")
    except CancelledError:
        print("a cancel")
        await sleep(1 * ms)
        print("and no more")


async def main():
    for outer, inner in [(10 * ms, 12 * ms), (12 * ms, 10 * ms), (400 * ms, 10 * ms)]:
        for busy in [0 * ms, 20 * ms]:
            await in_both(f"{outer} {inner} {busy}", outer, inner, busy)
    task = spawn(cancelled_as_well())
    await sleep(5 * ms)
    block(20 * ms)
    task.cancel()
    await task


run(main)
