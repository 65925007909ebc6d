"""A generator cannot be entered while it runs."""
from interleave import *


def main():
    def loop():
        yield 1
        next(g)
        yield 2
    g = loop()
    print(next(g))
    try:
        next(g)
    except ValueError as e:
        print(e)


run(main)
