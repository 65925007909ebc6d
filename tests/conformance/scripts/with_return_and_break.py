"""Leaving a with block by return, break or continue exits it."""
from interleave import *


class Guard:
    def __enter__(self):
        return self

    def __exit__(self, *details):
        print("exit", details[0] is None)


def f():
    with Guard():
        return "returned"


def main():
    print(f())
    for i in range(3):
        with Guard():
            if i == 0:
                continue
            if i == 1:
                break
    print("i =", i)


run(main)
