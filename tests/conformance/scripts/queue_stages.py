"""A pipeline of queues with several stages and workers."""
# on: loop
from interleave import *


async def stage(name, source, sink, work, helpers):
    async def helper():
        done = 0
        while True:
            item = await source.get()
            if item is None:
                await source.put(None)
                return done
            result = await work(item)
            done += 1
            if sink is not None:
                await sink.put(result)
    counts = await gather(*[helper() for _ in range(helpers)])
    if sink is not None:
        await sink.put(None)
    return name, sum(counts)


results = []


async def parse(text):
    await sleep(1 * ms)
    return int(text)


async def square(n):
    compute(1 * ms)
    return n * n


async def store(n):
    results.append(n)


async def main():
    texts, numbers, squares = Queue(4), Queue(2), Queue()
    async def feed():
        for i in range(12):
            await texts.put(str(i))
        await texts.put(None)
    stages = [stage("parse", texts, numbers, parse, 2), stage("square", numbers, squares, square, 3), stage("store", squares, None, store, 1)]
    _, *reports = await gather(feed(), *stages)
    for name, count in reports:
        print(name, count)
    print(sorted(results), sum(results))


run(main)
