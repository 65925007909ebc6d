"""A task that waits in join() is cancelled; a join() whose time is up."""
# on: loop threads gil processes stealing
from interleave import *

async def waiter(q, name, began):
    began.put_nowait(name)
    try:
        await q.join()
        print("joined")
    except CancelledError:
        print(name, "join cancelled")
        raise

async def main():
    q, began = Queue(), Queue()
    q.put_nowait(1)
    w = spawn(waiter(q, "a", began))
    await began.get()
    await sleep(20 * ms)
    w.cancel()
    try:
        await w
    except CancelledError:
        print("main saw it")
    try:
        await wait_for(q.join(), 10 * ms)
    except TimeoutError:
        print("timed out")
    try:
        async with timeout(10 * ms):
            await q.join()
    except TimeoutError:
        print("timed out 2")
    w1, w2 = spawn(waiter(q, "b", began)), spawn(waiter(q, "c", began))
    print(sorted([await began.get(), await began.get()]))
    await sleep(10 * ms)
    w1.cancel()
    w2.cancel()
    print([type(e).__name__ for e in await gather(w1, w2, return_exceptions=True)])
    q.get_nowait()
    q.task_done()
    await q.join()
    print("done")

run(main)
