"""A sieve, a binary search and two sorting algorithms."""
from interleave import *


def sieve(n):
    alive = [True] * (n + 1)
    for i in range(2, int(n ** 0.5) + 1):
        if alive[i]:
            for j in range(i * i, n + 1, i):
                alive[j] = False
    return [i for i in range(2, n + 1) if alive[i]]


def quicksort(items):
    if len(items) <= 1:
        return items
    pivot, *rest = items
    return quicksort([x for x in rest if x < pivot]) + [pivot] + quicksort([x for x in rest if x >= pivot])


def bubble(items):
    items = items[:]
    for end in range(len(items) - 1, 0, -1):
        for i in range(end):
            if items[i] > items[i + 1]:
                items[i], items[i + 1] = items[i + 1], items[i]
    return items


def random_numbers(n, seed=42):
    for _ in range(n):
        seed = (seed * 1103515245 + 12345) % 2147483648
        yield seed % 1000


def main():
    print(sieve(60))
    numbers_ = list(random_numbers(20))
    print(numbers_)
    print(quicksort(numbers_) == bubble(numbers_) == sorted(numbers_), quicksort(numbers_)[:5])


run(main)
