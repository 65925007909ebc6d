"""Results collected as they come, in a list that tasks share."""
from interleave import *

finished = []


async def racer(name, laps):
    for _ in range(laps):
        await io(10 * ms)
    finished.append(name)


async def main():
    await gather(racer("slow", 5), racer("fast", 1), racer("middle", 3))
    for place, name in enumerate(finished, start=1):
        print(place, name)


run(main)
