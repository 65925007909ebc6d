"""A cancel of gather(return_exceptions=True) reaches its tasks once, also where another has to make way for who hears of a failure."""
# on: loop threads gil
from interleave import *


async def stubborn(never, clean, seen):
    seen.append("begun")
    try:
        await never.wait()
    except CancelledError:
        seen.append("cancelled")
    try:
        await clean.wait()
        seen.append("clean")
    except CancelledError:
        seen.append("cancelled again")


async def middle(never, clean, seen):
    try:
        await gather(stubborn(never, clean, seen), return_exceptions=True)
    except CancelledError:
        seen.append("middle")
        raise


async def fails(breaks):
    await breaks.wait()
    raise ValueError("it broke")


async def outer(never, clean, breaks, seen, middles):
    failing = spawn(fails(breaks))
    await io(5 * ms)
    middles.append(spawn(middle(never, clean, seen)))
    try:
        await gather(middles[0], failing)
    except ValueError:
        seen.append("heard")


async def main():
    never, clean, breaks, seen, middles = Event(), Event(), Event(), [], []
    first = spawn(outer(never, clean, breaks, seen, middles))
    while "begun" not in seen:
        await io(1 * ms)
    await io(2 * ms)
    middles[0].cancel()
    while "cancelled" not in seen:
        await io(1 * ms)
    breaks.set()
    await first
    clean.set()
    await gather(*middles, return_exceptions=True)
    print(sorted(seen))


run(main)
