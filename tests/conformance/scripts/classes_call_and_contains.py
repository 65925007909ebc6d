"""Objects that can be called, looked into and counted."""
from interleave import *


class Multiplier:
    made = 0

    def __init__(self, n):
        self.n = n
        Multiplier.made += 1

    def __call__(self, x, plus=0):
        return self.n * x + plus

    def __contains__(self, x):
        return x % self.n == 0

    def __bool__(self):
        return self.n != 0


def main():
    triple, zero = Multiplier(3), Multiplier(0)
    print(triple(5), triple(5, plus=1), 9 in triple, 10 in triple, 10 not in triple, bool(triple), bool(zero), Multiplier.made)
    print(list(map(triple, [1, 2])), callable(triple), "yes" if zero else "no")


run(main)
