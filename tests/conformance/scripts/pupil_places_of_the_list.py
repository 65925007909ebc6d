"""Places that the list has not; arguments by name on their way to another process."""
# order: free, since what to_thread runs is a task of its own here
# on: serial loop threads stealing processes
from interleave import *


def f(n, m=1):
    return n + m


async def main():
    for low, high in ((0, 3), (5, 1), (-1, 4), (0, 8_388_609)):
        for part in (numbers, sum_range):
            try:
                print(part(low, high))
            except ValueError as e:
                print(e)
    print(await gather(to_thread(f, n=4), to_thread(f, 4, m=5)))


run(main)
