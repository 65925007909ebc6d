"""Awaiting a coroutine runs it inline: no switch, no task."""
from interleave import *


async def leaf(n):
    print("leaf", n)
    return n + 1


async def branch(n):
    a = await leaf(n)
    b = await leaf(a)
    return a + b


async def other():
    print("other")


async def main():
    t = spawn(other())
    print(await branch(1))
    await t


run(main)
