"""Who is let in when."""
from interleave import *

limit = Semaphore(2)
ready = Event()
lock = Lock()
inside, most = 0, 0


async def visit(n):
    global inside, most
    await ready.wait()
    async with limit:
        inside += 1
        most = max(most, inside)
        print("in", n, limit.locked())
        await sleep(n * ms)
        inside -= 1
    print("out", n)


async def opener():
    await sleep(1 * ms)
    print("open", ready.is_set())
    ready.set()


async def critical(name, log):
    async with lock:
        log.append(name + " in")
        await sleep(1 * ms)
        log.append(name + " out")


async def main():
    await gather(*[visit(n) for n in (3, 1, 2)], opener())
    print(most)
    log = []
    await gather(*[critical(n, log) for n in "abc"])
    print(log, lock.locked())
    await lock.acquire()
    try:
        print(lock.locked())
    finally:
        lock.release()
    try:
        lock.release()
    except RuntimeError as e:
        print(e)
    ready.clear()
    try:
        await wait_for(ready.wait(), 1 * ms)
    except TimeoutError:
        print("event not set")
    try:
        Semaphore(-1)
    except ValueError as e:
        print(e)


run(main)
