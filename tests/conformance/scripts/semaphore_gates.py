"""Semaphores, events and queues as gates."""
# on: loop threads gil stealing
from interleave import *

gate = Semaphore(2)
inside = []
most = [0]
guard = Lock()


async def visit(n):
    async with gate:
        async with guard:
            inside.append(n)
            most[0] = max(most[0], len(inside))
        await sleep(3 * ms)
        async with guard:
            inside.remove(n)
    return n


async def starter(event, others):
    await sleep(5 * ms)
    event.set()
    return others


async def racer(event, n):
    await event.wait()
    return n * n


class Barrier:
    def __init__(self, parties):
        self.parties, self.count, self.open = parties, 0, Event()
        self.lock = Lock()

    async def wait(self):
        async with self.lock:
            self.count += 1
            if self.count == self.parties:
                self.open.set()
        await self.open.wait()


async def meets(barrier, n, log):
    await sleep(n * ms)
    await barrier.wait()
    log.append(n)


async def main():
    print(sorted(await gather(*[visit(n) for n in range(6)])), most[0] <= 2, inside)
    event = Event()
    print(await gather(racer(event, 2), racer(event, 3), starter(event, "go")), event.is_set())
    log = []
    barrier = Barrier(3)
    await gather(*[meets(barrier, n, log) for n in range(3)])
    print(sorted(log), barrier.count)
    print(gate.locked(), guard.locked())
    await gate.acquire()
    await gate.acquire()
    print(gate.locked())
    gate.release()
    gate.release()
    try:
        guard.release()
    except RuntimeError as e:
        print(e)


run(main)
