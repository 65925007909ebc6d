"""A condition and a barrier out of locks and events."""
from interleave import *


class Condition:
    """A condition variable out of a lock and one-shot events."""

    def __init__(self):
        self.lock, self.waiting = Lock(), []

    async def wait(self):
        event = Event()
        self.waiting.append(event)
        self.lock.release()
        try:
            await event.wait()
        finally:
            await self.lock.acquire()

    def notify(self, n=1):
        for event in self.waiting[:n]:
            event.set()
        del self.waiting[:n]


class Barrier:
    def __init__(self, n):
        self.n, self.here, self.gate = n, 0, Event()

    async def wait(self):
        self.here += 1
        if self.here == self.n:
            self.gate.set()
        await self.gate.wait()
        return self.here


async def consumer(c, items, name):
    async with c.lock:
        while not items:
            await c.wait()
        print(name, "took", items.pop(0))


async def producer(c, items):
    for i in range(3):
        await sleep(1 * ms)
        async with c.lock:
            items.append(i)
            c.notify()


async def runner(b, n):
    await sleep(n * ms)
    print("at the barrier", n)
    await b.wait()
    print("through", n)


async def main():
    c, items = Condition(), []
    await gather(*(consumer(c, items, name) for name in "abc"), producer(c, items))
    b = Barrier(3)
    await gather(*(runner(b, n) for n in (2, 1, 3)))


run(main)
