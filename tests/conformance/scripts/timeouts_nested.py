"""Timeouts in timeouts, and a clean-up that waits."""
from interleave import *


async def step_by_step(n):
    for i in range(n):
        await sleep(2 * ms)
        print("step", i)
    return "finished"


async def main():
    try:
        async with timeout(9 * ms):
            async with timeout(3 * ms):
                await step_by_step(5)
    except TimeoutError:
        print("inner or outer")
    try:
        async with timeout(3 * ms):
            try:
                async with timeout(10 * ms):
                    await step_by_step(5)
            except TimeoutError:
                print("never: the outer one is due")
    except TimeoutError:
        print("outer")
    async with timeout(None):
        print(await step_by_step(1))
    try:
        async with timeout(1 * ms):
            try:
                await sleep(5 * ms)
            finally:
                print("cleaning")
                await sleep(1 * ms)
                print("clean")
    except TimeoutError as e:
        print("timed out", repr(e))
    results = []
    for pause in (1, 4):
        try:
            results.append(await wait_for(step_by_step(pause), 5 * ms))
        except TimeoutError:
            results.append("late")
    print(results)
    t = spawn(step_by_step(3))
    try:
        await wait_for(t, 1 * ms)
    except TimeoutError:
        print(t.cancelled(), t.done())


run(main)
