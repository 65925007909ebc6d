"""Whose variable an assignment changes."""
from interleave import *

count = 0
names = []


def bump():
    global count, fresh
    count += 1
    fresh = count * 10


def outer():
    x = 0

    def middle():
        nonlocal x
        x += 1

        def inner():
            nonlocal x
            x += 10
            return x
        return inner
    a = middle()
    b = middle()
    return a(), b(), x


def shadow():
    count = 99
    return count


class Counter:
    total = 0

    def hit(self):
        Counter.total += 1
        self.total += 100
        return self.total


def reads_late():
    return later


later = "defined below"


async def main():
    bump(), bump()
    print(count, fresh, outer(), shadow(), count)
    c = Counter()
    print(c.hit(), c.hit(), Counter.total, Counter().total)
    print(reads_late())

    def local_unbound():
        try:
            print(v)
        except UnboundLocalError as e:
            print("UnboundLocalError", e)
        v = 1
        return v
    print(local_unbound())
    names.append("x")
    print(names)
    n = 1

    def closure():
        return n
    n = 2
    print(closure())
    del n
    try:
        closure()
    except NameError as e:
        print(type(e).__name__, e)


run(main)
