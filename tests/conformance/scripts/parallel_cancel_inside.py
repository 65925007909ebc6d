"""A task whose thread runs what it awaits is cancelled, or its time is up, while that waits for a queue to be worked off."""
# on: loop threads gil stealing
from interleave import *

begun = []

async def inner(q, name):
    begun.append(name)
    try:
        await q.join()
    except CancelledError:
        print(name, "cancelled")
        raise

async def outer(q, name):
    try:
        if name == "gather":
            await gather(inner(q, "in " + name), inner(q, "also in " + name))
        else:
            await spawn(inner(q, "in " + name))
    except CancelledError:
        print(name, "cancelled")
        raise

async def main():
    q = Queue()
    q.put_nowait("never done")
    for name in ("gather", "spawn"):
        t = spawn(outer(q, name))
        while len(begun) < (2 if name == "gather" else 3):
            await sleep(1 * ms)
        await sleep(10 * ms)
        t.cancel()
        try:
            await t
        except CancelledError:
            print("main saw", name)
    async def limited():
        try:
            await wait_for(spawn(inner(q, "in limited")), 100 * ms)
        except TimeoutError:
            print("timed out")
    await spawn(limited())
    async def limited2():
        try:
            async with timeout(100 * ms):
                await gather(inner(q, "in limited"))
        except TimeoutError:
            print("timed out")
    await spawn(limited2())

run(main)
