"""Generator expressions are lazy and go through once."""
from interleave import *


def loud(x):
    print("computing", x)
    return x * x


def main():
    g = (loud(x) for x in range(3))
    print("made")
    print(next(g))
    print(list(g), list(g))
    print(sum(x for x in range(10) if x % 2), any(x > 2 for x in [1, 2, 3, 4]))
    nested = ((x, y) for x in range(2) for y in "ab")
    print(list(nested))


run(main)
