"""A function without return gives None; return ends loops."""
from interleave import *


def nothing():
    pass


def first_even(numbers):
    for n in numbers:
        if n % 2 == 0:
            return n


def bare(n):
    if n > 1:
        return
    return "one"


def main():
    print(nothing(), first_even([1, 3, 4, 6]), first_even([1]), bare(2), bare(1))
    print(nothing() is None, not nothing())


run(main)
