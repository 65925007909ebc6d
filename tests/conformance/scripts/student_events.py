"""Events, a barrier, and a relay race."""
# on: serial loop
from interleave import *


class Barrier:
    def __init__(self, n):
        self.n, self.count, self.event = n, 0, Event()

    async def wait(self):
        self.count += 1
        if self.count == self.n:
            self.event.set()
        await self.event.wait()
        return self.count


async def runner(name, mine, following, log):
    await mine.wait()
    log.append(f"{name} runs")
    await sleep(5 * ms)
    following.set()


async def worker(i, barrier, log):
    await sleep((3 - i) * ms)
    log.append(f"w{i} there")
    await barrier.wait()
    log.append(f"w{i} goes")


async def main():
    log = []
    events = [Event() for _ in range(4)]
    tasks = [spawn(runner(f"r{i}", events[i], events[i + 1], log)) for i in range(3)]
    events[0].set()
    await events[3].wait()
    print(log, events[1].is_set())
    for t in tasks:
        await t
    events[1].clear()
    try:
        await wait_for(events[1].wait(), 5 * ms)
    except TimeoutError:
        print("nobody came")
    log = []
    await gather(*[worker(i, Barrier(1), log) for i in range(3)])
    print(sorted(log))


run(main)
