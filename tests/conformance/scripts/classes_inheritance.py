"""A subclass overrides, extends and inherits."""
from interleave import *


class Shape:
    sides = 0

    def __init__(self, name):
        self.name = name

    def area(self):
        return 0

    def describe(self):
        return f"{self.name}: {self.sides} sides, area {self.area()}"


class Square(Shape):
    sides = 4

    def __init__(self, size):
        super().__init__("square")
        self.size = size

    def area(self):
        return self.size ** 2


class Big(Square):
    def describe(self):
        return "BIG " + super().describe()


def main():
    for shape in (Shape("thing"), Square(3), Big(10)):
        print(shape.describe(), isinstance(shape, Square), isinstance(shape, Shape))
    print(issubclass(Big, Shape), Big.__name__)


run(main)
