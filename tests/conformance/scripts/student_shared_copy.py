"""What is given to a task on another process is a copy."""
# on: serial loop threads stealing processes
from interleave import *


async def add(cell, n):
    cell.store(cell.load() + n)
    return cell.load()


async def main():
    cell = shared(5)
    results = [await add(cell, 0)]
    print(results, type(cell).__name__)
    print(await spawn(add(shared(100), 1)), (await gather(add(shared([1]), [2])))[0])


run(main)
