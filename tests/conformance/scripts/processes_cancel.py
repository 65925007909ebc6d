"""A task that waits in another process for a lock, an item, a place or an event can be cancelled, and its turn goes to the next."""
# on: loop threads gil stealing processes
from interleave import *

lock, q, full, go = Lock(), Queue(), Queue(1), Event()
there = Queue()


async def waits(what):
    await there.put(what)
    try:
        if what == "lock":
            await lock.acquire()
        elif what == "item":
            await q.get()
        elif what == "place":
            await full.put("mine")
        else:
            await go.wait()
    except CancelledError as e:
        print(what, "cancelled", e)
        raise
    return what


async def next_one(what):
    got = await waits(what)
    if what == "lock":
        lock.release()
    return got


async def main():
    await lock.acquire()
    await full.put("first")
    for what in ("lock", "item", "place", "event"):
        t = spawn(waits(what))
        await there.get()
        n = spawn(next_one(what))
        await there.get()
        await io(10 * ms)
        t.cancel("enough")
        try:
            await t
        except CancelledError:
            print(t.cancelled(), n.done())
        if what == "lock":
            lock.release()
        elif what == "item":
            q.put_nowait("for the next")
        elif what == "place":
            print(full.get_nowait())
        else:
            go.set()
        print(await n, "goes on")
    print(lock.locked(), q.qsize(), full.get_nowait())


run(main)
