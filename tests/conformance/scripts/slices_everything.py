"""Slices read, assigned and deleted."""
from interleave import *


async def main():
    a = list(range(10))
    print(a[2:5], a[:3], a[7:], a[-3:], a[:-3], a[::2], a[1::3], a[::-1], a[8:2:-2], a[5:100], a[100:], a[-100:2])
    b = a[:]
    b[2:4] = ["x", "y", "z"]
    print(b)
    b[::2] = [0] * len(b[::2])
    print(b)
    del b[1:3], b[-1]
    print(b)
    b[1:1] = [9, 9]
    print(b)
    b[:] = []
    print(b, a)
    t = tuple(a)
    print(t[3:6], t[::-3], "hello"[1:3], "hello"[-3:], "hello"[::-1], range(10)[2:8:2], list(range(10)[::-3]))
    try:
        a[::2] = [1]
    except ValueError as e:
        print(e)
    m = [[1, 2, 3], [4, 5, 6]]
    print([row[1] for row in m], list(zip(*m)), [list(r) for r in zip(*m[::-1])])
    a[0], a[-1] = a[-1], a[0]
    print(a)
    try:
        a[10]
    except IndexError as e:
        print(e)
    try:
        a["x"]
    except TypeError as e:
        print(e)


run(main)
