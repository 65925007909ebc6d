"""Objects of the script's own classes are copied to other processes and back."""
# on: serial loop threads gil processes stealing
from interleave import *


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def moved(self, by):
        return Point(self.x + by, self.y + by)

    def __repr__(self):
        return f"({self.x}, {self.y})"


class Named(Point):
    def __init__(self, name, x, y):
        super().__init__(x, y)
        self.name = name
        self.trail = []


async def walk(point, steps):
    for i in range(steps):
        await io(1 * ms)
        point = point.moved(i)
    return point


async def visit(named, places):
    named.trail = named.trail + [place.moved(1) for place in places]
    return named


async def main():
    print(await gather(walk(Point(0, 1), 3), walk(Point(5, 5), 2)))
    named = await visit_elsewhere()
    print(named.name, named.trail, isinstance(named, Named), type(named.trail[0]).__name__)


async def visit_elsewhere():
    return await spawn(visit(Named("ann", 1, 2), [Point(3, 4), Point(5, 6)]))


run(main)
