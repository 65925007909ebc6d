"""Waiting for an event that is set does not wait."""
# on: loop
from interleave import *


async def main():
    e = Event()
    e.set()
    print(await e.wait(), e.is_set())
    e.clear()
    t = spawn(e.wait())
    await io(1 * ms)
    print(t.done())
    e.set()
    print(await t)


run(main)
