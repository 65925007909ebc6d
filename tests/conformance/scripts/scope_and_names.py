"""Which of several variables a name means."""
from interleave import *

x = "global"
items = [3, 1, 2]


class K:
    x = "class"
    y = x + "!"
    squares = [i * i for i in range(3)]

    def get(self): return x, self.x, K.x
    def list(self): return list(items)


def f(x):
    def g():
        return x
    x = x + " changed"
    return g()


def h():
    for x in range(3):
        pass
    [x for x in "abc"]
    return x


def sum(values):
    return "my own sum of " + str(len(values))


def nested():
    x = 1

    def a():
        def b():
            nonlocal x
            x += 1
            return x
        return b() + b()
    return a(), x


async def main():
    print(x, K().get(), K.y, K.squares, K().list(), f("arg"), h(), sum([1, 2]), nested())
    del K.x
    print(hasattr(K, "x"))
    id_ = 5
    lambda_ = lambda x: (lambda y: x + y + id_)
    print(lambda_(1)(2))
    if True:
        block = "no block scope"
    print(block)
    try:
        print(undefined_later)
    except UnboundLocalError as e:
        print(e)
    undefined_later = 1
    try:
        pass
    except ValueError as e:
        pass
    print(undefined_later, __name__)
    _, a, *_ = 1, 2, 3
    print(_, a)


run(main)
