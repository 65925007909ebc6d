"""Tasks take their first turn in the order in which they were made."""
from interleave import *


async def job(name):
    print(name, "first")
    await io(0 * ms)
    print(name, "second")


async def main():
    tasks = [spawn(job(n)) for n in "abc"]
    print("main goes on")
    for t in tasks:
        await t
    print("end")


run(main)
