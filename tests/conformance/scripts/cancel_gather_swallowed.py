"""Tasks that swallow a cancel: who waits for them in gather() hears of it all the same, and so does the block of a limit."""
# on: serial loop threads gil stealing
from interleave import *
async def kid():
    try:
        await sleep(300 * ms)
    except CancelledError:
        pass
    return 1
async def t():
    print(await gather(kid(), kid()))
    await sleep(1 * ms)
    print("never heard")
async def limited():
    try:
        async with timeout(30 * ms):
            print(await gather(kid(), kid()))
            await sleep(200 * ms)
            print("limit never heard")
    except TimeoutError:
        print("timeout")
async def main():
    x = spawn(t())
    await sleep(25 * ms)
    x.cancel()
    try:
        await x
    except CancelledError:
        print("main: cancelled")
    await spawn(limited())
run(main)
