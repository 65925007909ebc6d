"""Slices of lists: assigning and deleting."""
from interleave import *


def main():
    a = list(range(10))
    a[2:5] = ["x"]
    print(a)
    a[0:0] = [-2, -1]
    print(a)
    del a[1:4]
    print(a)
    a[::2] = [0] * len(a[::2])
    print(a)


run(main)
