"""Arithmetic and indexing by special methods."""
from interleave import *


class Vector:
    def __init__(self, *parts):
        self.parts = list(parts)

    def __add__(self, other):
        return Vector(*[a + b for a, b in zip(self.parts, other.parts)])

    def __mul__(self, n):
        return Vector(*[a * n for a in self.parts])

    def __neg__(self):
        return self * -1

    def __getitem__(self, i):
        return self.parts[i]

    def __setitem__(self, i, value):
        self.parts[i] = value

    def __len__(self):
        return len(self.parts)

    def __repr__(self):
        return "Vector" + str(tuple(self.parts))


def main():
    v, w = Vector(1, 2, 3), Vector(10, 20, 30)
    print(v + w, v * 3, -v, v[0], v[-1], len(v))
    v[1] = 99
    v += w
    print(v, bool(Vector()), bool(v))


run(main)
