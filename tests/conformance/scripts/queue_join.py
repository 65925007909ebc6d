"""join waits until everything was worked on."""
# on: loop
from interleave import *

q = Queue()


async def worker(name):
    while True:
        item = await q.get()
        await io(item * ms)
        print(name, "did", item)
        q.task_done()


async def main():
    workers_ = [spawn(worker(n)) for n in "ab"]
    for item in (3, 1, 2, 1):
        await q.put(item)
    await q.join()
    print("all done")
    for w in workers_:
        w.cancel()
    results = await gather(*workers_, return_exceptions=True)
    print(len(results))
    try:
        q.task_done()
    except ValueError as e:
        print("ValueError:", e)


run(main)
