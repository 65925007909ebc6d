"""Tasks on threads that wait for one event."""
# on: loop threads gil stealing
from interleave import *

go = Event()


async def runner(n):
    await go.wait()
    print("ran", n)


async def starter():
    await io(2 * ms)
    go.set()


async def main():
    await gather(runner(1), runner(2), starter())


run(main)
