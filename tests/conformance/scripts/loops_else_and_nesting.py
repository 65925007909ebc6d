"""else of loops, loops in loops, what is left of the variable."""
from interleave import *


def primes(n):
    found = []
    for i in range(2, n):
        for p in found:
            if p * p > i:
                found.append(i)
                break
            if i % p == 0:
                break
        else:
            found.append(i)
    return found


def find(matrix, wanted):
    for y, row in enumerate(matrix):
        for x, cell in enumerate(row):
            if cell == wanted:
                return y, x
    return None


def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    else:
        steps += 0
    return steps


async def main():
    print(primes(50), find([[1, 2], [3, 4]], 3), find([], 1), [collatz(n) for n in range(1, 10)])
    l = [1, 2, 3, 4]
    for x in l[:]:
        if x % 2:
            l.remove(x)
    print(l)
    for i in range(3):
        i = i * 10
        print(i, end=" ")
    print(i)
    for i in range(10, 0, -3):
        print(i, end=",")
    print()
    for a, b in zip("abc", range(5)):
        pass
    print(a, b)
    n = 5
    while True:
        n -= 1
        if n == 3:
            continue
        if n < 1:
            break
        print(n, end=" ")
    print("end", n)
    total = 0
    for i in range(1, 101):
        total += i if i % 3 == 0 or i % 5 == 0 else 0
    print(total, sum(i for i in range(1, 101) if not i % 3 or not i % 5))
    for line in "a:1\nb:2".split("\n"):
        key, value = line.split(":")
        print(key, int(value))
    d = {"x": 1, "y": 2}
    for k in d:
        d[k] *= 10
    print(d)
    try:
        for k in d:
            d["new" + k] = 0
    except RuntimeError as e:
        print(e)


run(main)
