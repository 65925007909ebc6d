"""Endless generators, cut by break, zip and next."""
from interleave import *


def naturals(n=0):
    while True:
        yield n
        n += 1


def take(n, items):
    for _ in range(n):
        yield next(items)


def primes():
    known = []
    for n in naturals(2):
        if all(n % p for p in known):
            known.append(n)
            yield n


def main():
    print(list(take(5, naturals())), list(take(10, primes())))
    for p in primes():
        if p > 50:
            print(p)
            break
    print([a * b for a, b in zip(naturals(1), [10, 20, 30])])


run(main)
