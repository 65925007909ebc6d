"""Matrices by hand: product, transpose, a determinant by recursion, rows in tasks."""
# on: serial loop threads stealing processes
from interleave import *


def transpose(m):
    return [list(row) for row in zip(*m)]


def product(a, b):
    if len(a[0]) != len(b):
        raise ValueError(f"{len(a)}x{len(a[0])} and {len(b)}x{len(b[0])} do not fit")
    return [[sum(x * y for x, y in zip(row, col)) for col in zip(*b)] for row in a]


def minor(m, i, j):
    return [row[:j] + row[j + 1:] for k, row in enumerate(m) if k != i]


def det(m):
    if len(m) == 1:
        return m[0][0]
    return sum((-1) ** j * m[0][j] * det(minor(m, 0, j)) for j in range(len(m)))


async def row_times(row, b):
    compute(1 * ms)
    return [sum(x * y for x, y in zip(row, col)) for col in zip(*b)]


async def main():
    a = [[1, 2, 3], [4, 5, 6], [7, 8, 10]]
    b = [[i * j % 5 for j in range(3)] for i in range(3)]
    print(*transpose(a), sep="\n")
    print(product(a, b) == await gather(*[row_times(row, b) for row in a]))
    print(det(a), det(b), det([[3]]))
    try:
        product(a, [[1, 2]])
    except ValueError as e:
        print("no:", e)
    identity = [[int(i == j) for j in range(3)] for i in range(3)]
    assert product(a, identity) == a, "the identity changes nothing"
    for row in product(a, b):
        print("|".join(f"{x:^7d}" for x in row))
    print(f"{sum(map(sum, a)) / 9:.3f}", [max(c) for c in zip(*a)])


run(main)
