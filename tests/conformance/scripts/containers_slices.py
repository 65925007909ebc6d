"""Slices of lists are new lists."""
from interleave import *


def main():
    a = list(range(10))
    print(a[2:5], a[:3], a[7:], a[::3], a[::-2], a[-3:-1], a[8:2:-3])
    b = a[:]
    b.append(99)
    print(len(a), len(b), a is b, a[:] == a)


run(main)
