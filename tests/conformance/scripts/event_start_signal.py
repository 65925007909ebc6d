"""An event lets everybody who waits for it go on."""
# on: loop
from interleave import *

go = Event()


async def runner(n):
    print("ready", n)
    await go.wait()
    print("runs", n)


async def starter():
    await io(5 * ms)
    print("go!", go.is_set())
    go.set()


async def main():
    await gather(runner(1), runner(2), starter())
    print(go.is_set(), await go.wait())
    go.clear()
    print(go.is_set())


run(main)
