"""Two steps of inheritance, super(), a property with a setter."""
from interleave import *


class Shape:
    count = 0
    sides = None

    def __init__(self, name):
        self.name = name
        Shape.count += 1

    def area(self):
        raise NotImplementedError(f"{type(self).__name__} has no area")

    def describe(self):
        return f"{self.name}: {self.area():.2f}"

    @classmethod
    def make(cls, *args):
        return cls(*args)

    @staticmethod
    def help():
        return "shapes"


class Rectangle(Shape):
    sides = 4

    def __init__(self, w, h, name="rectangle"):
        super().__init__(name)
        self.w, self.h = w, h

    def area(self):
        return self.w * self.h


class Square(Rectangle):
    def __init__(self, side):
        super().__init__(side, side, "square")

    def describe(self):
        return super().describe() + f" (side {self.w})"

    @property
    def side(self):
        return self.w

    @side.setter
    def side(self, value):
        if value < 0:
            raise ValueError("negative")
        self.w = self.h = value


async def main():
    r, s = Rectangle.make(2, 3), Square.make(4)
    print(r.describe(), "|", s.describe(), "|", Shape.count, s.sides, Shape.sides)
    s.side = 5
    print(s.side, s.area(), isinstance(s, Shape), issubclass(Square, Rectangle), isinstance(r, Square))
    try:
        s.side = -1
    except ValueError as e:
        print("no:", e)
    try:
        Shape("x").describe()
    except NotImplementedError as e:
        print(e)
    print(Shape.help(), s.help(), Square.__name__, type(s) is Square)
    print(hasattr(s, "w"), hasattr(s, "q"), getattr(s, "q", 7))
    setattr(s, "q", 8)
    print(s.q)
    try:
        print(s.nothing)
    except AttributeError as e:
        print(e)


run(main)
