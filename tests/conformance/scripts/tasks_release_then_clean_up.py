"""What a task does after it gave a lock back, when main failed meanwhile."""
# on: loop
from interleave import *

lock = Lock()


async def holder():
    try:
        async with lock:
            await sleep(3 * ms)
    finally:
        print("cleaned up")


async def bad():
    raise ValueError("bad")


async def main():
    await gather(holder(), bad())


run(main)
