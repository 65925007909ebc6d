"""A failed task that nobody awaits does not end the run."""
from interleave import *


async def bad():
    raise RuntimeError("unseen")


async def main():
    spawn(bad())
    await io(5 * ms)
    print("fine")


run(main)
