"""A lock is handed to whoever waits longest, even when its owner wants it again."""
# on: loop
from interleave import *

lock = Lock()


async def greedy(name, n):
    for i in range(n):
        async with lock:
            print(name, i)
            await io(1 * ms)


async def main():
    await gather(greedy("a", 3), greedy("b", 2), greedy("c", 2))


run(main)
