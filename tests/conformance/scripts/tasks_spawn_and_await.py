"""spawn starts a task; await gives its result, also a second time."""
from interleave import *


async def work(name, n):
    print(name, "begins")
    await io(n * ms)
    print(name, "ends")
    return name * n


async def main():
    a = spawn(work("a", 2))
    b = spawn(work("b", 1))
    print("spawned")
    print(await a, await b, await a)


run(main)
