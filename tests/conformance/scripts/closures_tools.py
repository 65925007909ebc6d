"""Nested functions, decorators with arguments, caches, partial application."""
from interleave import *


def counter(start=0):
    n = start

    def increment(by=1):
        nonlocal n
        n += by
        return n

    def reset():
        nonlocal n
        n = start
    increment.reset = reset
    return increment


def memo(f):
    cache = {}

    def inner(*args):
        if args not in cache:
            cache[args] = f(*args)
        return cache[args]
    inner.cache = cache
    return inner


@memo
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def repeat(times, *, sep=" "):
    def decorate(f):
        def wrapper(*args, **kwargs):
            return sep.join(f(*args, **kwargs) for _ in range(times))
        wrapper.__wrapped__ = f
        return wrapper
    return decorate


@repeat(3, sep="-")
def greet(name, mark="!"):
    return f"hi {name}{mark}"


def trace(f):
    def wrapper(*args, **kw):
        shown = ", ".join([repr(a) for a in args] + [f"{k}={v!r}" for k, v in kw.items()])
        result = f(*args, **kw)
        print(f"{f.__name__}({shown}) -> {result!r}")
        return result
    return wrapper


@trace
def power(base, exponent=2):
    return base ** exponent


def compose(*functions):
    def composed(x):
        for f in reversed(functions):
            x = f(x)
        return x
    return composed


def outer():
    x = "outer"

    def middle():
        def inner():
            nonlocal x
            x = "changed by inner"
            return x
        return inner()
    return middle(), x


def spread(a, b=2, *rest, c, d=4, **more):
    return (a, b, rest, c, d, sorted(more.items()))


def main():
    c = counter(10)
    print(c(), c(5), c())
    c.reset()
    print(c())
    print(fib(50), len(fib.cache), greet("ann"), greet("bob", mark="?"), greet.__wrapped__("x"))
    power(3)
    power(2, exponent=10)
    print(compose(str, lambda x: x + 1, abs)(-5), outer())
    print([f(10) for f in [lambda x, k=k: x * k for k in range(3)]], [f() for f in [lambda: k for k in range(3)]])
    print(spread(1, c=3), spread(1, 2, 3, 4, c=5, z=1), spread(*[1, 2], **{"c": 3, "y": 2}))
    for wrong in [lambda: spread(1), lambda: spread(c=1), lambda: spread(1, 2, c=1, a=3), lambda: power(), lambda: power(1, 2, 3), lambda: power(1, wrong=2)]:
        try:
            wrong()
        except TypeError as e:
            print(e)
    numbers = [5, 3, 8, 1]
    print(sorted(numbers, key=lambda n: -n), list(filter(lambda n: n % 2, numbers)), list(map(lambda a, b: a * b, numbers, numbers[::-1])))
    print((lambda *args, **kw: (args, kw))(1, 2, x=3), max(numbers, key=lambda n: n % 5), min([[3, 1], [2, 9]], key=lambda p: p[1]))


run(main)
