"""A plain function in a thread: its result, its exception."""
# order: free, since what runs in a thread is a task here
from interleave import *


def square(n, plus=0):
    return n * n + plus


def fail():
    raise ValueError("from the thread")


async def main():
    print(await to_thread(square, 7), await to_thread(square, 2, plus=1))
    try:
        await to_thread(fail)
    except ValueError as e:
        print("caught", e)


run(main)
