"""Pipeline tasks, as a pupil would write it."""
# on: loop threads stealing
from interleave import *


async def stage(name, function, source, target):
    count = 0
    while (item := await source.get()) is not None:
        await sleep(1 * ms)
        try:
            await target.put(function(item))
        except Exception as e:
            await target.put(f"{name} failed on {item!r}: {e}")
        count += 1
    await target.put(None)
    return name, count


async def main():
    queues = [Queue(maxsize=2) for _ in range(4)]
    workers_ = [spawn(stage(n, f, queues[i], queues[i + 1])) for i, (n, f) in enumerate([("parse", int), ("square", lambda x: x * x), ("text", lambda x: f"<{x}>")])]

    async def feed():
        for word in "1 2 x 4".split():
            await queues[0].put(word)
        await queues[0].put(None)
    feeder = spawn(feed())
    out = []
    while (item := await queues[-1].get()) is not None:
        out.append(item)
    await feeder
    print(out)
    for w in workers_:
        print(*await w)


run(main)
