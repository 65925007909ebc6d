"""Methods that are coroutines; state shared by tasks of one object."""
from interleave import *


class Counter:
    def __init__(self):
        self.n = 0
        self.lock = Lock()

    async def unsafe(self):
        seen = self.n
        await io(1 * ms)
        self.n = seen + 1

    async def safe(self):
        async with self.lock:
            await self.unsafe()


async def main():
    c = Counter()
    await gather(*[c.safe() for _ in range(5)])
    print("safe", c.n)


run(main)
