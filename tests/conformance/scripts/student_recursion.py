"""Recursion: hanoi, permutations, knapsack, flood fill, quicksort, n queens."""
# on: serial loop threads stealing processes
from interleave import *


def hanoi(n, a="A", b="B", c="C"):
    return [] if n == 0 else hanoi(n - 1, a, c, b) + [(a, c)] + hanoi(n - 1, b, a, c)


def permutations(items):
    if not items:
        return [[]]
    return [[x] + rest for i, x in enumerate(items) for rest in permutations(items[:i] + items[i + 1:])]


def knapsack(things, room, memo=None):
    memo = {} if memo is None else memo
    key = (len(things), room)
    if not things or room <= 0:
        return 0
    if key not in memo:
        (weight, value), *rest = things
        best = knapsack(rest, room, memo)
        if weight <= room:
            best = max(best, value + knapsack(rest, room - weight, memo))
        memo[key] = best
    return memo[key]


def fill(grid, x, y, new, old=None):
    if old is None:
        old = grid[y][x]
    if not (0 <= y < len(grid) and 0 <= x < len(grid[0])) or grid[y][x] != old or old == new:
        return 0
    grid[y][x] = new
    return 1 + sum(fill(grid, x + dx, y + dy, new, old) for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)))


def quicksort(items):
    if len(items) <= 1:
        return items
    pivot, *rest = items
    return quicksort([x for x in rest if x < pivot]) + [pivot] + quicksort([x for x in rest if x >= pivot])


def queens(n, placed=()):
    row = len(placed)
    if row == n:
        yield placed
        return
    for col in range(n):
        if all(col != c and abs(col - c) != row - r for r, c in enumerate(placed)):
            yield from queens(n, placed + (col,))


def gcd(a, b): return a if b == 0 else gcd(b, a % b)


async def main():
    print(len(hanoi(5)), hanoi(2))
    print(["".join(p) for p in permutations(list("abc"))])
    print(knapsack([(3, 4), (4, 5), (7, 10), (8, 11), (9, 13)], 17))
    grid = [list("..#.."), list(".##.."), list("#...#")]
    print(fill(grid, 0, 0, "o"), fill(grid, 4, 0, "x"))
    print("\n".join("".join(row) for row in grid))
    print(quicksort([5, 3, 8, 1, 9, 2, 5]), quicksort(list("python")))
    solutions = list(queens(6))
    print(len(solutions), solutions[0], next(queens(8)))
    print(gcd(1071, 462), (lambda f, n: f(f, n))(lambda f, n: 1 if n < 2 else n * f(f, n - 1), 10))


run(main)
