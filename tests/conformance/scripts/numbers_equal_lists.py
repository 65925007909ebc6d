"""numbers() is a list as any other."""
from interleave import *


async def main():
    n = numbers(0, 3)
    print(n == [0, 1, 2], [0, 1, 2] == n, n != [0, 1], n == numbers(0, 3), n < [0, 1, 3], n in [[0, 1, 2]], [n, 1] == [[0, 1, 2], 1])
    print(n == (0, 1, 2), n == range(3), n + [9], [9] + n, n * 2, 2 * n, n[::-1], n[1:] == [1, 2], sorted(n, reverse=True), list(n), tuple(n), set(n))
    print(len(n), sum(n), max(n), 2 in n, isinstance(n, list), type(n) is list, bool(numbers(0, 0)), f"{n}", repr(n))
    n += [3]
    print(n)


run(main)
