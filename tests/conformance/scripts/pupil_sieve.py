"""Sieve, as a pupil would write it."""
# on: serial loop threads stealing processes
from interleave import *


def sieve(n):
    marks = [True] * (n + 1)
    marks[0:2] = [False, False]
    for i in range(2, int(n ** 0.5) + 1):
        if marks[i]:
            marks[i * i::i] = [False] * len(marks[i * i::i])
    return [i for i, prime in enumerate(marks) if prime]


def factors(n):
    out, d = {}, 2
    while d * d <= n:
        while n % d == 0:
            out[d] = out.get(d, 0) + 1
            n //= d
        d += 1 + (d > 2)
    if n > 1:
        out[n] = 1
    return out


async def part(low, high):
    compute(1 * ms)
    return sum(1 for n in range(low, high) if n > 1 and all(n % d for d in range(2, int(n ** 0.5) + 1)))


async def main():
    print(sieve(50), len(sieve(1000)))
    print({n: factors(n) for n in (12, 97, 360, 1001)})
    counts = await gather(*[part(i * 100, (i + 1) * 100) for i in range(5)])
    print(counts, sum(counts))
    print([p for p in sieve(100) if str(p) == str(p)[::-1]], [(p, p + 2) for p in sieve(60) if p + 2 in sieve(60)])


run(main)
