"""Comprehensions: filters, nesting, names of their own."""
from interleave import *


def main():
    x = "outer"
    print([x * x for x in range(5)], x)
    print([(i, j) for i in range(3) for j in range(i) if i + j > 1])
    print({k: len(k) for k in ["a", "bb", "ccc"] if k != "bb"})
    print([[j for j in range(i)] for i in range(4)])
    print(sum(n for n in range(101)), max(len(w) for w in ["a", "abc", "ab"]))
    grid = [[1, 2, 3], [4, 5, 6]]
    print([list(row) for row in zip(*grid)], [n for row in grid for n in row])
    print([y if y % 2 else -y for y in range(5)])


run(main)
