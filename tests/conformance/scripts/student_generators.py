"""Pipelines of generators."""
# on: serial loop threads stealing processes
from interleave import *


def numbers_of(text):
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        for word in line.split(","):
            try:
                yield int(word)
            except ValueError:
                yield float(word)


def running_mean():
    total, count, mean = 0, 0, None
    while True:
        value = yield mean
        if value is None:
            continue
        total += value
        count += 1
        mean = total / count


def take(n, items):
    for _, item in zip(range(n), items):
        yield item


def window(items, size):
    part = []
    for item in items:
        part.append(item)
        if len(part) > size:
            part.pop(0)
        if len(part) == size:
            yield tuple(part)


def primes():
    found = []
    n = 2
    while True:
        if all(n % p for p in take_while(lambda p, n=n: p * p <= n, found)):
            found.append(n)
            yield n
        n += 1


def take_while(test, items):
    for item in items:
        if not test(item):
            return
        yield item


def flatten(x):
    if isinstance(x, (list, tuple)):
        for y in x:
            yield from flatten(y)
    else:
        yield x


async def main():
    text = """
        # a comment
        1, 2,3
        4.5,-6

        7
    """
    print(list(numbers_of(text)))
    mean = running_mean()
    next(mean)
    print([round(mean.send(n), 2) for n in numbers_of(text)])
    mean.close()
    print(list(take(12, primes())))
    print([sum(w) for w in window(range(10), 3)])
    print(list(flatten([1, [2, (3, [4, []]), 5], [[[6]]]])))
    squares = (x * x for x in range(10) if x % 3)
    print(next(squares), next(squares), sum(squares), list(squares))
    it = iter("abc")
    print(next(it), list(it), next(it, "none"))


run(main)
