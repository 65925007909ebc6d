"""Semaphores, events and a lock with a limit: wait_for() of an operation is a task like any other, on serial, too."""
from interleave import *
async def worker(n, sem, start, log):
    await start.wait()
    async with sem:
        log.append(f"+{n}")
        await io((4 - n) * ms)
        log.append(f"-{n}")
async def main():
    sem, start, log = Semaphore(2), Event(), []
    ws = [spawn(worker(n, sem, start, log)) for n in range(4)]
    await io(1 * ms)
    print(start.is_set(), log, sem.locked()); start.set()
    await gather(*ws); print(log, start.is_set(), sem.locked()); start.clear(); print(start.is_set())
    lock = Lock(); print(await lock.acquire(), lock.locked()); lock.release()
    try: lock.release()
    except RuntimeError as e: print(e)
    async def holder():
        async with lock:
            await io(5 * ms); raise KeyError("held")
    h = spawn(holder()); await io(1 * ms)
    try: await wait_for(lock.acquire(), 1 * ms)
    except TimeoutError: print("busy")
    try: await h
    except KeyError as e: print(e, lock.locked())
    try: Semaphore(-1)
    except ValueError as e: print(e)
    e = Event()
    try: await wait_for(e.wait(), 2 * ms)
    except TimeoutError: print("no event")
    spawn(later(e)); print(await e.wait(), e.is_set())
    s0 = Semaphore(0)
    async def rel(): await io(1 * ms); s0.release(); s0.release()
    r = spawn(rel()); await s0.acquire(); print("got one"); await s0.acquire(); print("got two", s0.locked()); await r
    turn, out = [Event() for _ in range(3)], []
    async def ring(i):
        for k in range(2):
            await turn[i].wait(); turn[i].clear(); out.append(f"{i}{k}"); turn[(i + 1) % 3].set()
    turn[0].set(); await gather(*[ring(i) for i in range(3)]); print(out)
async def later(e): await io(1 * ms); e.set()
run(main)
