"""Recursion: factorial, fibonacci, hanoi, permutations, depth."""
from interleave import *


def factorial(n):
    return 1 if n <= 1 else n * factorial(n - 1)


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def hanoi(n, a, b, c):
    return [] if n == 0 else hanoi(n - 1, a, c, b) + [a + c] + hanoi(n - 1, b, a, c)


def permutations(items):
    if not items:
        return [[]]
    return [[x] + rest for i, x in enumerate(items) for rest in permutations(items[:i] + items[i + 1:])]


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


def main():
    print(factorial(20), [fib(n) for n in range(15)])
    print(hanoi(3, "A", "B", "C"))
    print(len(permutations([1, 2, 3, 4])), permutations("abc")[3], depth(500))


run(main)
