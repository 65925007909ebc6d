"""A lock and a semaphore of the top level hold between processes, too; the queue tells who was inside when."""
# on: loop threads gil stealing processes
from interleave import *

lock = Lock()
two = Semaphore(2)
log = Queue()


async def user(name):
    for _ in range(3):
        async with lock:
            await log.put("in")
            await io(1 * ms)
            await log.put("out")
    async with two:
        await log.put(name)
        await io(1 * ms)


async def main():
    await gather(*[user(n) for n in range(4)])
    said = []
    while not log.empty():
        said.append(log.get_nowait())
    inside = [word for word in said if word == "in" or word == "out"]
    print(inside == ["in", "out"] * 12, sorted([n for n in said if n != "in" and n != "out"]))
    print(lock.locked(), two.locked(), log.qsize())
    try:
        lock.release()
    except RuntimeError as e:
        print(e)


run(main)
