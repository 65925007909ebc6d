"""Consumers get items in the order in which they asked."""
# on: loop
from interleave import *

q = Queue()


async def consumer(name):
    print(name, "got", await q.get())


async def main():
    tasks = [spawn(consumer(n)) for n in "abc"]
    await io(1 * ms)
    for i in range(3):
        q.put_nowait(i)
    for t in tasks:
        await t


run(main)
