"""On one thread limits pass while somebody else holds it: what had ended by then has its result, as with asyncio.wait_for."""
# on: serial
from interleave import *


async def late(n, name):
    print("begin", name)
    await io(n * ms)
    return n


async def twice(name, first, first_limit, second, second_limit):
    try:
        print(name, await wait_for(late(first, name), first_limit * ms))
    except TimeoutError:
        print(name, "late")
    try:
        print(name, await wait_for(gather(late(second, name)), second_limit * ms))
    except TimeoutError:
        print(name, "late")
    return name


async def main():
    for limits in [(8, 9, 2, 13), (8, 3, 2, 7), (8, 13, 12, 7), (2, 3, 2, 4), (8, 8, 1, 2)]:
        task = spawn(twice("task", *limits))
        print(await twice("main", *limits))
        print(await task)
        task = spawn(twice("task", *limits))
        print(await twice("main", *limits))


run(main)
