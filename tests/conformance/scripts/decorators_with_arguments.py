"""Decorators with arguments, as classes, one on another."""
from interleave import *


def repeat(times):
    def wrap(f):
        def inner(*args, **kwargs):
            return [f(*args, **kwargs) for _ in range(times)]
        return inner
    return wrap


def logged(f):
    def inner(*args, **kwargs):
        words = [repr(a) for a in args] + [f"{k}={v!r}" for k, v in kwargs.items()]
        print(f"{f.__name__}({', '.join(words)})")
        return f(*args, **kwargs)
    return inner


@logged
def area(w, h=2):
    return w * h


@repeat(3)
@logged
def hello(name, *, mark="!"):
    return "hello " + name + mark


class memo:
    def __init__(self, f):
        self.f, self.known, self.hits = f, {}, 0

    def __call__(self, *args):
        if args in self.known:
            self.hits += 1
        else:
            self.known[args] = self.f(*args)
        return self.known[args]


@memo
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def timed(f):
    async def inner(*args):
        result = await f(*args)
        return result, "awaited"
    return inner


@timed
async def work(x):
    await sleep(1 * ms)
    return x + 1


async def main():
    print(area(3), area(3, h=5), area(w=1))
    print(hello("you", mark="?"))
    print(fib(40), fib.hits)
    print(await work(41))


run(main)
