"""wait_for around a get."""
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
