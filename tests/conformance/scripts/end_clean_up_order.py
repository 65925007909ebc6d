"""Cancelled at the end in the order in which they were made; each unwinds through what it awaits."""
# on: loop serial
from interleave import *


class Room:
    def __init__(self, name):
        self.name = name

    async def __aenter__(self):
        print("enter", self.name)
        return self

    async def __aexit__(self, kind, error, trace):
        print("leave", self.name, kind.__name__ if kind else None)
        await sleep(0)
        print("left", self.name)


async def inner(name):
    async with Room(name + ".inner"):
        await sleep(1 * s)


async def outer(name):
    async with Room(name):
        await inner(name)


async def main():
    for name in ["a", "b", "c"]:
        spawn(outer(name))
    await sleep(1 * ms)
    print("main is over")


run(main)
