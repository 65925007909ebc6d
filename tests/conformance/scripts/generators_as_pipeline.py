"""Generators, one after another."""
from interleave import *


def numbers_from(n):
    while True:
        yield n
        n += 1


def take(n, source):
    for _, x in zip(range(n), source):
        yield x


def where(test, source):
    return (x for x in source if test(x))


def pairs(source):
    it = iter(source)
    for a in it:
        b = next(it, None)
        yield a, b


def flatten(tree):
    for item in tree:
        if isinstance(item, (list, tuple)):
            yield from flatten(item)
        else:
            yield item


def running_total():
    total = 0
    while True:
        x = yield total
        if x is None:
            return total
        total += x


async def main():
    print(list(take(5, where(lambda x: x % 3 == 0, numbers_from(1)))))
    print(list(pairs("abcde")))
    print(list(flatten([1, [2, (3, [4, []]), 5], [[6]]])))
    t = running_total()
    next(t)
    print(t.send(3), t.send(4))
    try:
        t.send(None)
    except StopIteration as stop:
        print("total", stop.value)
    words = (w.strip(".,").lower() for w in "The cat, the dog. The end".split())
    count = {}
    for w in words:
        count[w] = count.get(w, 0) + 1
    print(sorted(count.items(), key=lambda kv: (-kv[1], kv[0])))
    print(sum(x * x for x in range(10)), max((len(w), w) for w in ["a", "bcd", "ef"]))
    g = (x for x in range(3))
    print(next(g), list(g), list(g))


run(main)
