"""A decorator with state, and one that replaces the function by a value."""
from interleave import *


def counted(f):
    def wrapper(*args):
        wrapper.calls += 1
        return f(*args)
    wrapper.calls = 0
    return wrapper


@counted
def square(x):
    return x * x


def constant(f):
    return f()


@constant
def answer():
    return 42


def main():
    print([square(n) for n in range(4)], square.calls, answer)


run(main)
