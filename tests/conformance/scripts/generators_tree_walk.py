"""Recursive generators: flatten, permutations, hanoi."""
from interleave import *


def flatten(items):
    for item in items:
        if isinstance(item, list):
            yield from flatten(item)
        else:
            yield item


def permutations(items):
    if not items:
        yield []
    for i in range(len(items)):
        for rest in permutations(items[:i] + items[i + 1:]):
            yield [items[i]] + rest


def main():
    print(list(flatten([1, [2, [3, [4], 5]], [], [[6]]])))
    print(["".join(p) for p in permutations(list("abc"))])


run(main)
