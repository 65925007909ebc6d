"""What a lock, a queue or an event refuses is refused in another process with the same exception."""
# on: loop threads gil stealing processes
from interleave import *

lock, q, full, go = Lock(), Queue(), Queue(1), Event()


async def tries():
    said = []
    try:
        lock.release()
    except RuntimeError as e:
        said.append(str(e))
    try:
        q.get_nowait()
    except QueueEmpty as e:
        said.append("empty" + str(e))
    await full.put("one")
    try:
        full.put_nowait("two")
    except QueueFull:
        said.append("full")
    try:
        q.task_done()
    except ValueError as e:
        said.append(str(e))
    said.append((lock.locked(), go.is_set(), q.empty(), full.full(), full.qsize(), full.maxsize))
    go.set()
    go.clear()
    await lock.acquire()
    said.append((lock.locked(), go.is_set()))
    lock.release()
    return said


async def main():
    for line in await spawn(tries()):
        print(line)
    print(full.get_nowait(), lock.locked())


run(main)
