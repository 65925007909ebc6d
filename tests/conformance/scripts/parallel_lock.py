"""A lock makes load, wait and store one step, on real threads too."""
# on: serial loop threads gil stealing
from interleave import *

lock = Lock()
cell = shared(0)


async def add():
    for _ in range(5):
        async with lock:
            n = cell.load()
            await io(0 * ms)
            cell.store(n + 1)


async def main():
    await gather(*[add() for _ in range(6)])
    print(cell.load())


run(main)
