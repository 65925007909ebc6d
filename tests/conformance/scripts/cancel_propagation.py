"""Where a cancel goes: through gather, refused, before a task began."""
from interleave import *


async def leaf(name):
    try:
        await sleep(1 * s)
    except CancelledError as e:
        print(name, "cancelled", e.args)
        raise
    finally:
        print(name, "finally")


async def middle(name):
    try:
        await gather(leaf(name + "1"), leaf(name + "2"))
    except CancelledError:
        print("middle", name)
        raise


async def shielded():
    try:
        await sleep(1 * s)
    except CancelledError:
        print("refuses")
    return "survived"


async def canceller(t):
    await sleep(1 * ms)
    t.cancel("enough")


async def main():
    t = spawn(middle("x"))
    spawn(canceller(t))
    try:
        await t
    except CancelledError as e:
        print("main sees", repr(e), t.cancelled())
    u = spawn(shielded())
    await sleep(1 * ms)
    u.cancel()
    print(await u, u.cancelled())
    v = spawn(leaf("v"))
    v.cancel()
    try:
        await v
    except CancelledError:
        print("never began")
    tasks = [spawn(leaf(str(i))) for i in range(3)]
    await sleep(1 * ms)
    for task in tasks:
        task.cancel()
    print(await gather(*tasks, return_exceptions=True) and "all cancelled")
    print([task.cancelled() for task in tasks], all(task.done() for task in tasks))


run(main)
