"""A lock lets one task in at a time, in the order in which they came."""
from interleave import *

lock = Lock()


async def use(name):
    async with lock:
        print(name, "in")
        await io(2 * ms)
        print(name, "out")


async def main():
    await gather(*[use(n) for n in "abc"])
    print(lock.locked())


run(main)
