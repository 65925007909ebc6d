"""Local, enclosing, global; global and nonlocal declarations."""
from interleave import *

count = 0


def bump():
    global count
    count += 1
    return count


def counter():
    n = 0

    def step_on(by=1):
        nonlocal n
        n += by
        return n
    return step_on


def main():
    bump()
    bump()
    print(count)
    a, b = counter(), counter()
    print(a(), a(), a(5), b(), a())
    x = 1

    def inner():
        x = 2
        return x
    print(inner(), x)


run(main)
