"""Waiters of a semaphore go on in the order in which they came."""
# on: loop
from interleave import *

gate = Semaphore(0)


async def waiter(n):
    await gate.acquire()
    print("through", n)


async def opener():
    for _ in range(4):
        await io(1 * ms)
        print("open")
        gate.release()


async def main():
    await gather(*[waiter(n) for n in range(4)], opener())


run(main)
