"""A vector with most of what a class can say of its objects."""
from interleave import *


class Vector:
    def __init__(self, *xs):
        self.xs = xs

    def __repr__(self): return f"Vector({', '.join(map(repr, self.xs))})"
    def __len__(self): return len(self.xs)
    def __getitem__(self, i): return self.xs[i]
    def __iter__(self): return iter(self.xs)
    def __eq__(self, other): return isinstance(other, Vector) and self.xs == other.xs
    def __hash__(self): return hash(self.xs)
    def __add__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented
        return Vector(*[a + b for a, b in zip(self, other)])
    def __mul__(self, k): return Vector(*[a * k for a in self])
    __rmul__ = __mul__
    def __neg__(self): return self * -1
    def __sub__(self, other): return self + -other
    def __abs__(self): return sum(a * a for a in self) ** 0.5
    def __bool__(self): return any(self.xs)
    def __contains__(self, x): return x in self.xs
    def __lt__(self, other): return abs(self) < abs(other)
    def __call__(self, f): return Vector(*map(f, self.xs))
    def __reversed__(self): return reversed(self.xs)


async def main():
    a, b = Vector(3, 4), Vector(1, 2)
    print(a + b, a - b, a * 2, 3 * b, -a, abs(a))
    print(a == Vector(3, 4), a != b, a in {a, b}, bool(Vector(0, 0)), 4 in a)
    print(a[0], a[-1], Vector(1, 2, 3, 4)[1:3], len(a), list(a))
    print(sorted([a, b]), min(a, b), b < a, a > b)
    print(a(lambda x: x + 0.5), list(reversed(a)))
    try:
        a + 1
    except TypeError as e:
        print(type(e).__name__, e)
    x, y = a
    print(x, y, {a: "a"}[Vector(3, 4)])
    print(f"{a} {a!r} {a!s:>16}|")


run(main)
