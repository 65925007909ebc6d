"""Locks, events and queues made in main go to other processes as arguments, and inside other things."""
# on: loop threads gil stealing processes
from interleave import *


async def worker(name, jobs, results, start):
    await start.wait()
    done = 0
    while True:
        job = await jobs.get()
        if job is None:
            break
        lock, number = job
        async with lock:
            await results.put((name, number * number))
        done += 1
        jobs.task_done()
    jobs.task_done()
    return done


async def main():
    jobs, results = Queue(2), Queue()
    parts = {"start": Event(), "lock": Lock()}
    workers = [spawn(worker(n, jobs, results, parts["start"])) for n in range(3)]
    await io(5 * ms)
    print(parts["start"].is_set())
    parts["start"].set()
    for n in range(10):
        await jobs.put((parts["lock"], n))
    for _ in workers:
        await jobs.put(None)
    done = await gather(*workers)
    await jobs.join()
    squares = []
    while not results.empty():
        squares.append(results.get_nowait()[1])
    print(sum(done), sorted(squares), jobs.qsize(), parts["lock"].locked())


run(main)
