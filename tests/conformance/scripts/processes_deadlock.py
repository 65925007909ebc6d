"""Two processes that wait for each other's lock: the run ends and says so."""
# on: loop threads gil stealing processes
from interleave import *

a, b = Lock(), Lock()
has_a, has_b = Event(), Event()


async def takes(first, second, mine, theirs):
    async with first:
        mine.set()
        await theirs.wait()
        async with second:
            print("never")


async def main():
    await gather(takes(a, b, has_a, has_b), takes(b, a, has_b, has_a))


run(main)
