"""A generator runs only when it is asked, and remembers where it was."""
from interleave import *


def countdown(n):
    print("starting")
    while n > 0:
        yield n
        n -= 1
    print("done")


def main():
    c = countdown(3)
    print("made")
    print(next(c))
    print(next(c))
    for x in c:
        print("loop", x)
    print(list(countdown(2)))
    try:
        next(c)
    except StopIteration:
        print("over")


run(main)
