"""async with releases the lock when its block fails."""
from interleave import *

lock = Lock()


async def fail():
    async with lock:
        raise ValueError("inside")


async def main():
    for _ in range(2):
        try:
            await fail()
        except ValueError as e:
            print(e, lock.locked())


run(main)
