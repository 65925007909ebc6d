"""Chained comparisons evaluate each operand once and stop early."""
from interleave import *

calls = []


def seen(x):
    calls.append(x)
    return x


def main():
    print(1 < 2 < 3, 1 < 3 < 2, 1 == 1.0 == True, 3 > 2 >= 2 != 1)
    print(seen(1) < seen(0) < seen(5), calls)
    print(seen(1) < seen(2) < seen(3), calls)
    print(1 < 2.5, 2 == 2.0, "a" < "b", [1, 2] < [1, 3], (1,) < (1, 0))


run(main)
