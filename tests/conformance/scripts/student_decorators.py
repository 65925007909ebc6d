"""Decorators and closures."""
# on: serial loop threads stealing processes
from interleave import *


def counted(f):
    count = 0

    def inner(*args, **kwargs):
        nonlocal count
        count += 1
        inner.calls = count
        return f(*args, **kwargs)
    inner.calls = 0
    return inner


def memo(f):
    known = {}

    def inner(n):
        if n not in known:
            known[n] = f(n)
        return known[n]
    return inner


def compose(*functions):
    def run_all(x):
        for f in reversed(functions):
            x = f(x)
        return x
    return run_all


@memo
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


@counted
def hello(name, *, polite=False):
    return f"{'Dear' if polite else 'Hi'} {name}"


class Logged:
    def __init__(self, f):
        self.f = f
        self.log = []

    def __call__(self, *args):
        result = self.f(*args)
        self.log.append((args, result))
        return result


@Logged
def area(w, h=1):
    return w * h


def adders():
    return [lambda x, n=n: x + n for n in range(3)], [lambda x: x + n for n in range(3)]


async def main():
    print(fib(80), hello("Ann"), hello("Bob", polite=True), hello.calls)
    print(area(3), area(2, 5), area.log)
    print(compose(str, abs, lambda x: x - 10)(3))
    a, b = adders()
    print([f(10) for f in a], [f(10) for f in b])
    register = {}

    def command(name):
        def add(f):
            register[name] = f
            return f
        return add

    @command("up")
    def up(s): return s.upper()

    @command("twice")
    def twice(s): return s * 2

    print({name: f("ab") for name, f in register.items()})


run(main)
