"""Functions that make functions: compose, curry, memoize."""
from interleave import *


def compose(*functions):
    def composed(x):
        for f in reversed(functions):
            x = f(x)
        return x
    return composed


def memoize(f):
    known = {}

    def wrapper(n):
        if n not in known:
            known[n] = f(n)
        return known[n]
    return wrapper


@memoize
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def main():
    print(compose(str, lambda x: x + 1, abs)(-41))
    add = lambda a: lambda b: lambda c: a + b + c
    print(add(1)(2)(3), fib(80))


run(main)
