"""A full queue holds its producers up; join() waits for all items."""
from interleave import *


async def producer(q, name, n):
    for i in range(n):
        await q.put((name, i))
        print(f"put {name}{i} (size {q.qsize()})")


async def consumer(q, seen):
    while True:
        name, i = await q.get()
        await sleep(2 * ms)
        seen.append(f"{name}{i}")
        q.task_done()


async def main():
    q, seen = Queue(maxsize=2), []
    workers = [spawn(consumer(q, seen)) for _ in range(2)]
    await gather(producer(q, "a", 3), producer(q, "b", 3))
    await q.join()
    for w in workers:
        w.cancel()
    results = await gather(*workers, return_exceptions=True)
    print(sorted(seen), all(isinstance(r, CancelledError) for r in results))


run(main)
