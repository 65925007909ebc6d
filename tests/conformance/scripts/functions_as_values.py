"""Functions in lists, dicts and arguments; methods as values."""
from interleave import *


def twice(f, x):
    return f(f(x))


def add(a, b):
    return a + b


def main():
    table = {"+": add, "-": lambda a, b: a - b, "*": lambda a, b: a * b}
    print([table[op](7, 3) for op in "+-*"], twice(lambda x: x * 3, 2))
    up = "hello".upper
    items = []
    push = items.append
    push(1)
    push(up())
    print(items, callable(add), callable(3), add.__name__)
    print((lambda *a, **k: (a, k))(1, 2, x=3))


run(main)
