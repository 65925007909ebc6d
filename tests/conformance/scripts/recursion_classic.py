"""Hanoi, permutations, queens, quicksort."""
from interleave import *


def hanoi(n, a, b, c):
    return 0 if n == 0 else hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a)


def permutations(xs):
    if len(xs) <= 1:
        return [xs]
    return [[x] + rest for i, x in enumerate(xs) for rest in permutations(xs[:i] + xs[i + 1:])]


def subsets(xs):
    if not xs:
        yield ()
        return
    for rest in subsets(xs[1:]):
        yield rest
        yield (xs[0],) + rest


def gcd(a, b):
    return a if b == 0 else gcd(b, a % b)


def ackermann(m, n):
    if m == 0:
        return n + 1
    return ackermann(m - 1, 1 if n == 0 else ackermann(m, n - 1))


def queens(n, row=0, columns=()):
    if row == n:
        return 1
    return sum(queens(n, row + 1, columns + (c,)) for c in range(n)
               if all(c != d and abs(c - d) != row - r for r, d in enumerate(columns)))


def quicksort(xs):
    if not xs:
        return []
    p, *rest = xs
    return quicksort([x for x in rest if x < p]) + [p] + quicksort([x for x in rest if x >= p])


async def main():
    print(hanoi(8, "a", "b", "c"), len(permutations([1, 2, 3, 4])), permutations("ab" and ["a", "b"]))
    print(sorted(subsets([1, 2, 3])), gcd(1071, 462), ackermann(2, 3), queens(6))
    print(quicksort([3, 6, 1, 8, 2, 9, 2]))

    def depth(t):
        return 1 + max(map(depth, t), default=0) if isinstance(t, list) else 0
    print(depth([1, [2, [3, []]]]))
    even = lambda n: n == 0 or odd(n - 1)
    odd = lambda n: n != 0 and even(n - 1)
    print(even(100), odd(7))


run(main)
