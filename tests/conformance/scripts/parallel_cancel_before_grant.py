"""A task is cancelled, and then what it waits for comes: the cancel has the last word, and nothing is lost."""
# on: loop threads gil stealing processes
from interleave import *

lock, event, queue, ready = Lock(), Event(), Queue(), Queue()


async def wants_lock():
    await ready.put(1)
    try:
        async with lock:
            print("has the lock")
    except CancelledError:
        print("lock: cancelled")
        raise


async def wants_event():
    await ready.put(1)
    try:
        await event.wait()
        print("saw the event")
    except CancelledError:
        print("event: cancelled")
        raise


async def wants_item():
    await ready.put(1)
    try:
        print("got", await queue.get())
    except CancelledError:
        print("queue: cancelled")
        raise


async def main():
    await lock.acquire()
    for wants, gives in ((wants_lock, lock.release), (wants_event, event.set), (wants_item, lambda: queue.put_nowait(7))):
        t = spawn(wants())
        await ready.get()
        await sleep(20 * ms)
        t.cancel()
        gives()
        try:
            await t
        except CancelledError:
            print("main hears of it")
    print(lock.locked(), queue.qsize(), queue.get_nowait())


run(main)
