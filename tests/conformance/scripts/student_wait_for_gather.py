"""wait_for(gather(...)): a limit for all of them."""
# on: serial loop threads stealing processes
from interleave import *


async def work(n):
    await sleep(n * ms)
    if n == 13:
        raise ValueError(f"unlucky {n}")
    return n


async def main():
    print(await wait_for(gather(work(1), work(2)), 500 * ms))
    print(await wait_for(gather(work(1), work(2)), None))
    print(await wait_for(gather(), 500 * ms))
    try:
        print(await wait_for(gather(work(200), work(1)), 50 * ms))
    except TimeoutError as e:
        print("late", repr(e))
    try:
        print(await wait_for(gather(work(1), work(13)), 500 * ms))
    except ValueError as e:
        print("failed", e)
    tasks = [spawn(work(n)) for n in (1, 3)]
    print(await wait_for(gather(*tasks), 500 * ms))


run(main)
