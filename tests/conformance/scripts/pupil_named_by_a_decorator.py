"""A decorator that hands on the name and the text of what it wraps."""
# on: serial loop threads stealing processes
from interleave import *


def logged(f):
    def inner(*args):
        inner.calls += 1
        print("call", inner.__name__, args)
        return f(*args)

    inner.__name__ = f.__name__
    inner.__doc__ = f.__doc__
    inner.calls = 0
    return inner


@logged
def add(a, b):
    """Adds.

    Both are numbers."""
    return a + b


def plain():
    return 1


async def main():
    print(add(1, 2), add(3, 4))
    print(add.__name__, add.calls, repr(add.__doc__), logged.__doc__, plain.__doc__, plain.__name__)


run(main)
