"""wait_for around a get."""
# order: free, since how often main runs while wait_for() gives up is not the same in CPython 3.11 and 3.12
# on: loop
from interleave import *


async def main():
    q = Queue()
    try:
        await wait_for(q.get(), 5 * ms)
    except TimeoutError:
        print("nothing came")
    await q.put(1)
    print(await wait_for(q.get(), 5 * ms))


run(main)
