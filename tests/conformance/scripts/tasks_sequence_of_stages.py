"""Stages that hand over by awaiting each other."""
from interleave import *


async def stage(name, before, n):
    if before:
        value = await before
    else:
        value = 0
    await io(n * ms)
    print(name, value + n)
    return value + n


async def main():
    a = spawn(stage("a", None, 1))
    b = spawn(stage("b", a, 2))
    c = spawn(stage("c", b, 3))
    d = spawn(stage("d", b, 1))
    print(await c, await d)


run(main)
