"""A plain function in another process: arguments go there, the result comes back."""
# on: serial loop threads gil stealing processes
# clock: real
from interleave import *


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __eq__(self, other):
        return isinstance(other, Point) and (self.x, self.y) == (other.x, other.y)


def square(n):
    return n * n


def turned(point):
    point.x, point.y = point.y, point.x
    return point


def several(*things):
    return [type(thing).__name__ for thing in things], things[-1]


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


async def main():
    print(await to_process(square, 7))
    point = Point(1, 2)
    there = await to_process(turned, point)
    print(there == Point(2, 1), point == Point(1, 2), there is point)
    print(await to_process(several, 1, 2.5, "drei", None, True, [1, 2], (3,), {"a": 1}, {4}))
    print(await to_process(fib, 15))
    print(await to_process(len, "a builtin"))


run(main)
