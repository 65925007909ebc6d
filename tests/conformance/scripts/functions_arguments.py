"""Positional, keyword, default, star and keyword-only parameters."""
from interleave import *


def f(a, b=2, *rest, c=3, **more):
    return a, b, rest, c, sorted(more.items())


def main():
    print(f(1), f(1, 5), f(1, 5, 6, 7), f(1, c=9), f(b=8, a=7), f(1, 2, 3, c=4, d=5, e=6))
    args, named = [1, 2, 3], {"c": 0, "z": 26}
    print(f(*args), f(*args, **named), f(*"ab"), f(0, **{"b": 1}))


run(main)
