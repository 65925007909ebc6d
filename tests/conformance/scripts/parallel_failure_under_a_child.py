"""A task is told of a failure while its worker runs another of its children, which waits for what it does then."""
# on: loop threads gil stealing
from interleave import *


async def waits(event, seen):
    await event.wait()
    await seen.put("waited")


async def inner(event, seen):
    await gather(waits(event, seen))
    await seen.put("inner")


async def fails():
    await io(2 * ms)
    raise ValueError("it broke")


async def outer(event, seen):
    try:
        await gather(waits(event, seen), inner(event, seen), fails())
    except ValueError as error:
        print("heard:", error)
        event.set()
    print(sorted([await seen.get() for i in range(3)]))


async def takes(lock, queue):
    async with lock:
        await queue.put("mine")


async def holds(lock, queue):
    async with lock:
        try:
            await gather(takes(lock, queue), fails())
        except ValueError:
            queue.put_nowait("heard")
    return [await queue.get(), await queue.get()]


async def cancels(event):
    async def never():
        try:
            await event.wait()
        except CancelledError:
            print("it was cancelled")
            raise
    child = spawn(never())
    try:
        await gather(child, fails())
    except ValueError:
        child.cancel()
    try:
        await child
    except CancelledError:
        return "cancelled"


async def main():
    await spawn(outer(Event(), Queue()))
    print(await spawn(holds(Lock(), Queue())))
    print(await spawn(cancels(Event())))


run(main)
