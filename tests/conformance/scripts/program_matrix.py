"""Matrices as lists of lists."""
from interleave import *


def multiply(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


def power(m, n):
    size = len(m)
    result = [[int(i == j) for j in range(size)] for i in range(size)]
    while n:
        if n % 2:
            result = multiply(result, m)
        m = multiply(m, m)
        n //= 2
    return result


def main():
    print(multiply([[1, 2], [3, 4]], [[5, 6], [7, 8]]))
    print(power([[1, 1], [1, 0]], 60)[0][1])


run(main)
