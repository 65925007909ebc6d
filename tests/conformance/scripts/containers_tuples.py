"""Tuples: packing, unpacking, stars, swapping, comparing."""
from interleave import *


def main():
    t = 1, 2, 3
    a, b, c = t
    a, b = b, a
    first, *rest = [10, 20, 30]
    *most, last = "xyz"
    head, *middle, tail = range(5)
    print(t, a, b, c, first, rest, most, last, head, middle, tail)
    (p, q), r = (1, 2), 3
    print(p, q, r, (), (1,), t + (4,), t * 2, t[1:], 2 in t, t.index(3), t.count(1))
    for i, (x, y) in enumerate([(1, 2), (3, 4)]):
        print(i, x, y)
    x = y = []
    x.append(1)
    print(y, x is y, (1, 2) == (1, 2), (1, [2]) < (1, [3]))


run(main)
