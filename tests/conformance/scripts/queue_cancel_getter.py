"""A getter that is cancelled does not swallow an item."""
# on: loop
from interleave import *

q = Queue()


async def getter(name):
    try:
        print(name, await q.get())
    except CancelledError:
        print(name, "cancelled")
        raise


async def main():
    a, b = spawn(getter("a")), spawn(getter("b"))
    await io(1 * ms)
    a.cancel()
    await q.put("item")
    await gather(a, b, return_exceptions=True)
    print(q.qsize())


run(main)
