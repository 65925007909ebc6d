"""Producers and consumers with sentinels, join and task_done."""
# on: loop
from interleave import *


async def producer(name, queue, n):
    for i in range(n):
        await queue.put((name, i))
        await sleep(1 * ms)
    print(f"producer {name} done")


async def consumer(name, queue, seen):
    while True:
        item = await queue.get()
        if item is None:
            queue.task_done()
            break
        who, i = item
        await sleep((i + 1) * ms)
        seen.setdefault(name, []).append(f"{who}{i}")
        queue.task_done()
    return len(seen.get(name, []))


async def main():
    queue, seen = Queue(2), {}
    consumers = [spawn(consumer(f"c{i}", queue, seen)) for i in range(2)]
    await gather(producer("x", queue, 4), producer("y", queue, 3)) if cores() > 0 else None
    await queue.join()
    print("all done", queue.empty(), queue.maxsize)
    for _ in consumers:
        await queue.put(None)
    print(sum(await gather(*consumers)))
    print(sorted(x for items in seen.values() for x in items))


run(main)
