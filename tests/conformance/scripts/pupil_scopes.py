"""Scopes, as a pupil would write it."""
# on: serial loop threads stealing processes
from interleave import *

x = "global"
funcs = []


def outer():
    x = "outer"

    def inner():
        nonlocal x
        x = "inner"
        return x

    def reader():
        return x
    before = reader()
    inner()
    return before, reader(), x


def shadow():
    global x
    x = "changed"
    len = lambda s: -1
    return len("abc")


class Box:
    x = "class"
    y = x + "!"

    def get(self):
        return x, self.x, Box.y


def counter():
    n = 0
    def up(by=1):
        nonlocal n
        n += by
        return n
    def reset():
        nonlocal n
        n = 0
    return up, reset


for i in range(3):
    funcs.append(lambda: i)


def local_before():
    try:
        print(y)
    except UnboundLocalError as e:
        print(type(e).__name__, isinstance(e, NameError))
    y = 1
    return y


async def main():
    print(x, outer(), x, shadow(), x, len("abc"))
    print(Box().get(), [f() for f in funcs], i)
    up, reset = counter()
    print(up(), up(5), reset(), up())
    print([i * i for i in range(4)], i, local_before())
    total = sum(i for i in range(5))
    print(total, (lambda a, *b, c=3, **d: (a, b, c, d))(1, 2, 3, c=4, e=5))
    try:
        del total
        print(total)
    except UnboundLocalError as e:
        print("unbound")
    n = [10]
    def bump(): n[0] += 1
    bump(), bump()
    print(n, any((hit := k) > 2 for k in range(5)), hit)


run(main)
