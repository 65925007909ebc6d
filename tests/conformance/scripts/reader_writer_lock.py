"""Readers together, a writer alone."""
from interleave import *


class ReadWrite:
    def __init__(self):
        self.readers, self.gate, self.count = 0, Lock(), Lock()

    async def __aenter__(self):
        async with self.count:
            self.readers += 1
            if self.readers == 1:
                await self.gate.acquire()
        return self

    async def __aexit__(self, *_):
        async with self.count:
            self.readers -= 1
            if not self.readers:
                self.gate.release()


async def read(rw, data, n):
    await sleep(n * ms)
    async with rw:
        before = data["v"]
        await sleep(2 * ms)
        print("reader", n, before == data["v"], before)


async def write(rw, data, n):
    await sleep(n * ms)
    async with rw.gate:
        data["v"] += 1
        await sleep(1 * ms)
        print("writer", n, data["v"])


async def main():
    rw, data = ReadWrite(), {"v": 0}
    await gather(*[read(rw, data, n) for n in (1, 1, 4)], *[write(rw, data, n) for n in (2, 3)])


run(main)
