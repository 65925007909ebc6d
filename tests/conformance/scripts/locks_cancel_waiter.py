"""A task that is cancelled while it waits for a lock leaves the line."""
# on: loop
from interleave import *

lock = Lock()


async def use(name, n):
    try:
        async with lock:
            print(name, "has it")
            await io(n * ms)
    except CancelledError:
        print(name, "gives up")
        raise


async def main():
    tasks = [spawn(use("a", 20)), spawn(use("b", 5)), spawn(use("c", 5))]
    await io(5 * ms)
    tasks[1].cancel()
    await gather(*tasks, return_exceptions=True)
    print(lock.locked())


run(main)
