"""Every kind of parameter and argument, and what is said of wrong ones."""
from interleave import *


def f(a, b=2, *args, c, d=4, **kw):
    return a, b, args, c, d, kw


def g(*, key):
    return key


def h(*args, **kwargs):
    return len(args), sorted(kwargs)


def defaults(x, seen=[]):
    seen.append(x)
    return seen


def attempt(call):
    try:
        print(call())
    except TypeError as e:
        print("TypeError:", e)


class C:
    def m(self, a, *, b=0):
        return a + b


async def main():
    print(f(1, c=3), f(1, 9, 8, 7, c=3, z=5), f(*[1, 2, 3], **{"c": 4, "e": 5}), f(b=1, a=0, c=2))
    print(g(key=1), h(1, *range(3), x=1, **{"y": 2}), h(*"ab", *"cd", **{"q": 1}))
    print(defaults(1), defaults(2), defaults(3, []))
    attempt(lambda: f(1))
    attempt(lambda: f(c=1))
    attempt(lambda: g(1))
    attempt(lambda: g(key=1, other=2))
    attempt(lambda: f(1, a=2, c=3))
    attempt(lambda: h(**{"x": 1}, x=2) if False else h(x=2))
    attempt(lambda: C().m())
    attempt(lambda: C().m(1, 2))
    attempt(lambda: C().m(1, b=2))
    attempt(lambda: (lambda x, y=1: x)(1, 2, 3))
    attempt(lambda: len(1))
    attempt(lambda: 5())
    attempt(lambda: None.x)if False else None
    first, (second, *rest), last = 1, (2, 3, 4), 5
    print(first, second, rest, last)
    for i, (a, b) in enumerate([(1, 2), (3, 4)]):
        print(i, a, b)
    x = y = []
    x.append(1)
    print(y, x is y)
    a, b = b, a
    *init, tail = "abc"
    print(a, b, init, tail)
    try:
        a, b = [1, 2, 3]
    except ValueError as e:
        print(e)
    try:
        a, b, *c = [1]
    except ValueError as e:
        print(e)


run(main)
