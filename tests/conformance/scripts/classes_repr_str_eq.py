"""__repr__, __str__ and __eq__ decide how objects print and compare."""
from interleave import *


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __repr__(self):
        return f"Point({self.x!r}, {self.y!r})"

    def __eq__(self, other):
        return isinstance(other, Point) and (self.x, self.y) == (other.x, other.y)


class Named(Point):
    def __str__(self):
        return f"<{self.x};{self.y}>"


def main():
    a, b, c = Point(1, 2), Point(1, 2), Named(1, "z")
    print(a, [a], str(a), f"{a}", f"{c} {c!r}", [c], {"k": c})
    print(a == b, a != b, a is b, a == 5, a in [b], [a].index(b))


run(main)
