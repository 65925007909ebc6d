"""What goes to a task and comes back: containers, text, None, times."""
# on: serial loop threads gil processes stealing
from interleave import *


async def back(value):
    return [value, len(str(value))]


async def main():
    for value in (1, 2.5, "text", None, True, [1, [2]], (1, "a"), {"k": [1, 2]}, 5 * ms):
        print((await gather(back(value)))[0])


run(main)
