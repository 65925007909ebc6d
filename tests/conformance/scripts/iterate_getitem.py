"""A class that has only __getitem__ is iterated from 0 until IndexError."""
from interleave import *


class Squares:
    def __init__(self, n):
        self.n = n

    def __getitem__(self, i):
        if not 0 <= i < self.n:
            raise IndexError(i)
        return i * i


async def main():
    s = Squares(5)
    print([x for x in s], list(s), tuple(s), sum(s), max(s))
    a, b, *rest = s
    print(a, b, rest)
    print(9 in s, 10 in s)
    print(dict(enumerate(s)), list(zip(s, "abc")))
    print(*s)
    first, *_, last = Squares(3)
    print(first, last, sorted(s, reverse=True))
    try:
        x, y = Squares(3)
    except ValueError as e:
        print(e)
    it = iter(s)
    print(next(it), next(it), list(it), next(it, "over"))
    print(", ".join(str(x) for x in s))

    def walk():
        yield from Squares(3)
    print(list(walk()))


run(main)
