"""A task whose thread runs what it awaits is cancelled, or its time is up, while that waits for a queue to be worked off."""
# on: loop threads gil stealing
from interleave import *

async def inner(q, name):
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
        await sleep(30 * ms)
        t.cancel()
        try:
            await t
        except CancelledError:
            print("main saw", name)
    async def limited():
        try:
            await wait_for(spawn(inner(q, "in limited")), 20 * ms)
        except TimeoutError:
            print("timed out")
    await spawn(limited())
    async def limited2():
        try:
            async with timeout(20 * ms):
                await gather(inner(q, "in limited"))
        except TimeoutError:
            print("timed out")
    await spawn(limited2())

run(main)
