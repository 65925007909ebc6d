"""A plain call in a thread cannot be interrupted; who waits for it can be."""
# on: loop serial
# order: free, since what runs in a thread is a task here
from interleave import *


def slow():
    block(20 * ms)
    return "slow"


async def main():
    try:
        print(await wait_for(to_thread(slow), 5 * ms))
    except TimeoutError:
        print("timed out")
    print(await wait_for(to_thread(slow), 50 * ms))
    try:
        async with timeout(5 * ms):
            print(await to_thread(slow))
    except TimeoutError:
        print("timed out")


run(main)
