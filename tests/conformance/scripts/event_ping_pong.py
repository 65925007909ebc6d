"""Two tasks that wait for each other's events in turn."""
# on: loop
from interleave import *

ping, pong = Event(), Event()


async def left(n):
    for i in range(n):
        ping.set()
        await pong.wait()
        pong.clear()
        print("left", i)


async def right(n):
    for i in range(n):
        await ping.wait()
        ping.clear()
        print("right", i)
        pong.set()


async def main():
    await gather(left(3), right(3))


run(main)
