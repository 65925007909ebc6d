"""A token bucket."""
# on: loop
from interleave import *


class Bucket:
    def __init__(self, size, every):
        self.tokens = Queue(maxsize=size)
        for _ in range(size):
            self.tokens.put_nowait(None)
        self.size, self.every = size, every
        self.filler = None

    async def __aenter__(self):
        self.filler = spawn(self.fill())
        return self

    async def __aexit__(self, kind, error, trace):
        self.filler.cancel()
        try:
            await self.filler
        except CancelledError:
            print("filler stopped")

    async def fill(self):
        while True:
            await sleep(self.every)
            try:
                self.tokens.put_nowait(None)
            except QueueFull:
                pass

    async def take(self):
        await self.tokens.get()


async def client(name, bucket, n, done):
    for i in range(n):
        await bucket.take()
        done.append(f"{name}{i}")


async def main():
    done = []
    async with Bucket(2, 10 * ms) as bucket:
        await gather(client("a", bucket, 3, done), client("b", bucket, 3, done))
        print(bucket.tokens.qsize(), bucket.tokens.full())
    print(sorted(done), len(done))


run(main)
