"""Publish and subscribe, with a bounded queue for each subscriber and sentinels."""
# on: loop threads gil stealing
from interleave import *

STOP = object()


class Topic:
    def __init__(self, name):
        self.name = name
        self.subscribers = []

    def subscribe(self):
        q = Queue(maxsize=2)
        self.subscribers.append(q)
        return q

    async def publish(self, message):
        for q in self.subscribers:
            await q.put(message)


async def subscriber(name, q, log):
    while True:
        message = await q.get()
        if message is STOP:
            break
        log.append(f"{name}: {message}")
        await sleep(1 * ms)
    return f"{name} has {len(log)}"


async def publisher(topic, n):
    for i in range(n):
        await topic.publish(f"{topic.name} {i}")
    await topic.publish(STOP)


async def main():
    news = Topic("news")
    logs = [[] for _ in range(3)]
    readers = [spawn(subscriber(f"s{i}", news.subscribe(), log)) for i, log in enumerate(logs)]
    await publisher(news, 4)
    for line in await gather(*readers):
        print(line)
    for log in logs:
        print(log)
    q = Queue()
    for i in range(3):
        q.put_nowait(i)
    got = []
    try:
        while True:
            got.append(q.get_nowait())
    except QueueEmpty:
        print(got, q.empty(), q.qsize())
    small = Queue(1)
    small.put_nowait("x")
    try:
        small.put_nowait("y")
    except QueueFull:
        print("full", small.full(), small.maxsize)


run(main)
