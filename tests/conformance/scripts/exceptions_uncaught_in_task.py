"""The same from a task that main awaits."""
from interleave import *


async def bad():
    print("bad begins")
    await io(1 * ms)
    raise ValueError("bad")


async def main():
    print("main begins")
    await bad()
    print("never")


run(main)
