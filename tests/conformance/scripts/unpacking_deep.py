"""Unpacking, nested and with stars."""
from interleave import *


async def main():
    (a, b), [c, *d], e = (1, 2), [3, 4, 5], "e"
    print(a, b, c, d, e)
    *a, b = "xyz"
    a, *b = {"k": 1, "l": 2}
    print(a, b)
    (x, (y, (z, *w))) = [1, (2, (3, 4, 5))]
    print(x, y, z, w)
    for (i, j), *k in [((1, 2), 3, 4), ((5, 6),)]:
        print(i, j, k)
    print([a + b for a, b in {1: 2, 3: 4}.items()], {k: v for k, *v in ["abc", "de"]})
    head, *_ = range(100)
    first, second, *_, last = (n * n for n in range(6))
    print(head, first, second, last)
    [p, q] = {1, 2}
    print(p + q)
    a = b = c = []
    a.append(1)
    print(b, c)
    i = 0
    l = [0, 0]
    i, l[i] = 1, 2
    print(i, l)
    t = 1,
    print(t, (), (1, ), *[1, 2], sep="|")
    def f(*args, **kw): return args, kw
    print(f(*"ab", *[1], k=1, **{"z": 2}))
    try:
        a, b = 1
    except TypeError as e:
        print(e)
    try:
        [a] = []
    except ValueError as e:
        print(e)


run(main)
