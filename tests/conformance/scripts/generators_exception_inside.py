"""An exception ends a generator for good."""
from interleave import *


def risky():
    yield 1
    yield 1 // 0
    yield 3


def main():
    r = risky()
    print(next(r))
    try:
        next(r)
    except ZeroDivisionError:
        print("failed inside")
    print(list(r), next(r, "nothing left"))

    def stops():
        yield 1
        raise StopIteration
    try:
        list(stops())
    except RuntimeError as e:
        print("RuntimeError:", e)


run(main)
