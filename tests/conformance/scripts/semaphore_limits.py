"""A semaphore of two: never more than two inside."""
from interleave import *

door = Semaphore(2)
inside = 0
most = 0


async def visitor(n):
    global inside, most
    async with door:
        inside += 1
        most = max(most, inside)
        print("enters", n)
        await io((5 - n) * ms)
        inside -= 1
    print("left", n)


async def main():
    await gather(*[visitor(n) for n in range(5)])
    print("most", most, door.locked())


run(main)
