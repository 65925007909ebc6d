"""Pipelines, infinite generators, send, delegation, and the tools written by hand."""
from interleave import *


def naturals(start=0):
    while True:
        yield start
        start += 1


def take(n, items):
    for i, item in enumerate(items):
        if i >= n:
            return
        yield item


def primes():
    found = []
    for n in naturals(2):
        if all(n % p for p in found if p * p <= n):
            found.append(n)
            yield n


def windowed(items, size):
    window = []
    for item in items:
        window.append(item)
        if len(window) > size:
            window.pop(0)
        if len(window) == size:
            yield tuple(window)


def flatten(items):
    for item in items:
        if isinstance(item, (list, tuple)):
            yield from flatten(item)
        else:
            yield item


def averager():
    total, count, average = 0.0, 0, None
    while True:
        value = yield average
        if value is None:
            return round(average, 2)
        total += value
        count += 1
        average = total / count


def collecting(out):
    while True:
        result = yield from averager()
        out.append(result)


def grouped(items, key):
    groups = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    yield from sorted(groups.items())


class Countdown:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        n = self.n
        while n > 0:
            yield n
            n -= 1

    def __reversed__(self):
        return iter(range(1, self.n + 1))

    def __len__(self):
        return self.n

    def __contains__(self, x):
        return 0 < x <= self.n

    def __getitem__(self, i):
        return list(self)[i]


def main():
    print(list(take(10, primes())), list(windowed([1, 2, 3, 4], 2)), list(flatten([1, [2, (3, [4])], 5])))
    results = []
    c = collecting(results)
    next(c)
    for v in [10, 20, 30, None, 5, None]:
        c.send(v)
    print(results)
    print(list(grouped(["apple", "bob", "cat", "door"], len)))
    print(list(Countdown(3)), list(reversed(Countdown(3))), 2 in Countdown(3), len(Countdown(3)), Countdown(3)[0], Countdown(3)[-1], sum(Countdown(4)), max(Countdown(4)))
    evens = (n for n in naturals() if n % 2 == 0)
    squares = (n * n for n in evens)
    print(next(squares), next(squares), [next(squares) for _ in range(2)], list(zip(squares, "ab")))
    print(dict(zip("abc", naturals(1))), list(enumerate("ab", start=1)), any(n > 3 for n in take(10, naturals())), [*take(2, naturals())])
    first, *rest = take(4, naturals())
    print(first, rest, sum(1 for _ in take(7, naturals())), next(iter([]), "empty"))
    it = iter([1, 2, 3, 4, 5, 6])
    print(list(zip(it, it)), list(map(sum, [[1, 2], [3]])), sorted(take(3, naturals(5)), reverse=True))
    g = (x for x in [1])
    next(g)
    try:
        next(g)
    except StopIteration as e:
        print("stopped", e.value)

    def returning():
        yield 1
        return "result"
    r = returning()
    next(r)
    try:
        next(r)
    except StopIteration as e:
        print(e.value)


run(main)
