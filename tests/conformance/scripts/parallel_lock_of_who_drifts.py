"""Who holds a lock, and waits under a task that has heard of a failure, goes on, though all others wait for that lock."""
# on: loop threads gil
from interleave import *


async def holds(lock, has_it, event, seen):
    async def waits():
        await event.wait()
    async with lock:
        has_it.set()
        await gather(waits())
        seen.append("held")


async def wants(lock, seen, who):
    async with lock:
        seen.append(who)


async def fails(has_it):
    await has_it.wait()
    await io(2 * ms)
    raise ValueError("it broke")


async def outer(lock, event, seen):
    has_it = Event()
    failing = spawn(fails(has_it))
    await io(5 * ms)
    first = spawn(holds(lock, has_it, event, seen))
    try:
        await gather(first, failing)
    except ValueError:
        seen.append("heard")
    async with lock:
        seen.append("outer")


async def main():
    lock, event, seen = Lock(), Event(), []
    first = spawn(outer(lock, event, seen))
    while "heard" not in seen:
        await io(1 * ms)
    others = [spawn(wants(lock, seen, f"other {i}")) for i in range(8)]
    await io(10 * ms)
    event.set()
    await gather(first, *others)
    print(sorted(seen))


run(main)
