"""A lock cannot be taken twice by one task."""
from interleave import *


async def main():
    lock = Lock()
    await lock.acquire()
    print("once")
    await lock.acquire()
    print("never")


run(main)
