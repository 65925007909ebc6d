"""put_nowait and get_nowait raise instead of waiting."""
from interleave import *


async def main():
    q = Queue(maxsize=1)
    try:
        q.get_nowait()
    except QueueEmpty:
        print("empty", q.empty())
    q.put_nowait("a")
    try:
        q.put_nowait("b")
    except QueueFull:
        print("full", q.full(), q.qsize())
    print(q.get_nowait(), q.maxsize)


run(main)
