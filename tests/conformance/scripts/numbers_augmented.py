"""Augmented assignment on names, items and attributes of numbers."""
from interleave import *


def main():
    a = 10
    a += 5
    a -= 3
    a *= 2
    a //= 5
    a **= 3
    a %= 50
    a /= 4
    print(a)
    b = [1, 2, 3]
    b[1] += 40
    b[-1] *= 2
    d = {"x": 1}
    d["x"] += 1
    print(b, d)


run(main)
