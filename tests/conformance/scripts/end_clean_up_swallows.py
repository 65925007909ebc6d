"""Who swallows the cancel at the end may go on; who waits for what cannot come is left."""
# on: loop
from interleave import *

queue = Queue()


async def deaf():
    while True:
        try:
            print("got", await queue.get())
        except CancelledError:
            print("not now")


async def finishes():
    try:
        await sleep(1 * s)
    except CancelledError:
        print("cancelled")
    await sleep(1 * ms)
    print("and went on")


async def main():
    spawn(deaf())
    spawn(finishes())
    await queue.put(1)
    await sleep(1 * ms)
    print("main ends")


run(main)
