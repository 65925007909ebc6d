"""Slices of lists: reading, assigning, deleting."""
from interleave import *


def main():
    a = list(range(10))
    print(a[2:5], a[:3], a[7:], a[::3], a[::-2], a[-3:-1], a[8:2:-3])
    a[2:5] = ["x"]
    print(a)
    a[0:0] = [-2, -1]
    print(a)
    del a[1:4]
    print(a)
    a[::2] = [0] * len(a[::2])
    print(a)
    b = a[:]
    b.append(99)
    print(len(a), len(b), a is b, a[:] == a)


run(main)
