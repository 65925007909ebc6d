"""Functions that share a variable of the call that made them."""
from interleave import *


def make_counter(start=0, *, step=1):
    count = start

    def increment(by=None):
        nonlocal count
        count += step if by is None else by
        return count

    def reset():
        nonlocal count
        count = start

    return increment, reset


async def main():
    inc, reset = make_counter(10, step=5)
    print(inc(), inc(), inc(by=1))
    reset()
    print(inc())
    other, _ = make_counter()
    print(other(), inc())


run(main)
