"""A little library of shapes and vectors."""
# on: serial loop threads stealing processes
from interleave import *


class Shape:
    count = 0

    def __init__(self, name):
        self.name = name
        Shape.count += 1

    def area(self):
        raise NotImplementedError(f"{type(self).__name__} has no area")

    def __str__(self):
        return f"{self.name} of {self.area():.2f}"

    @classmethod
    def how_many(cls):
        return f"{cls.__name__}: {cls.count}"

    @staticmethod
    def is_big(area):
        return area > 10


class Circle(Shape):
    def __init__(self, r):
        super().__init__("circle")
        self.r = r

    def area(self):
        return 3.14159 * self.r ** 2


class Square(Shape):
    def __init__(self, side):
        super().__init__("square")
        self.side = side

    def area(self):
        return self.side ** 2


class Vector:
    def __init__(self, *xs): self.xs = xs
    def __add__(self, o): return Vector(*(a + b for a, b in zip(self.xs, o.xs)))
    def __sub__(self, o): return self + -o
    def __neg__(self): return Vector(*(-x for x in self.xs))
    def __mul__(self, k): return Vector(*(x * k for x in self.xs)) if isinstance(k, (int, float)) else sum(a * b for a, b in zip(self.xs, k.xs))
    __rmul__ = __mul__
    def __eq__(self, o): return isinstance(o, Vector) and self.xs == o.xs
    def __hash__(self): return hash(self.xs)
    def __abs__(self): return (self * self) ** 0.5
    def __len__(self): return len(self.xs)
    def __getitem__(self, i): return self.xs[i]
    def __iter__(self): return iter(self.xs)
    def __repr__(self): return f"Vector{self.xs}"
    def __bool__(self): return any(self.xs)


class Stack(Shape):
    pass


async def main():
    shapes = [Circle(1), Square(4), Circle(2)]
    for s in shapes:
        print(s, Shape.is_big(s.area()))
    print(Shape.how_many(), Circle.how_many(), Circle.count)
    try:
        print(Stack("stack"))
    except NotImplementedError as e:
        print(e)
    v, w = Vector(1, 2, 2), Vector(0, 1, 0)
    print(v + w, v - w, v * 2, 3 * v, v * w, abs(v), -v, len(v), v[0], list(v), v == Vector(1, 2, 2), bool(Vector(0, 0)))
    print({v: "v", w: "w"}[Vector(0, 1, 0)], v != w, sum([v, w], Vector(0, 0, 0)))
    print(isinstance(shapes[0], Shape), issubclass(Square, Shape), type(shapes[1]) is Square, hasattr(w, "xs"), getattr(w, "nope", None))
    print(Circle.__name__)
    print(shapes[1].name, shapes[1].side)
    setattr(w, "label", "up")
    print(w.label, w.__class__.__name__)


run(main)
