"""A timeout around a wait_for() with the same limit: the outer one is told."""
# on: serial loop threads gil stealing
# order: free, since a limit goes straight to who works, and is told a turn sooner
from interleave import *
async def child():
    await sleep(1 * s)
async def t():
    try:
        async with timeout(50 * ms):
            try:
                await wait_for(child(), 50 * ms)
            except TimeoutError:
                print("inner")
            await sleep(500 * ms)
            print("slept")
    except TimeoutError:
        print("outer")
async def main():
    await spawn(t())
run(main)
