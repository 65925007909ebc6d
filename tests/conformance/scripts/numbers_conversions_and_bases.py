"""Numbers in other bases, primes, rounding."""
from interleave import *


def to_base(n, b):
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    if n == 0:
        return "0"
    out, sign = "", "-" if n < 0 else ""
    n = abs(n)
    while n:
        n, r = divmod(n, b)
        out = digits[r] + out
    return sign + out


def is_prime(n):
    return n > 1 and all(n % i for i in range(2, int(n ** 0.5) + 1))


def isqrt(n):
    x = n
    while x * x > n:
        x = (x + n // x) // 2
    return x


async def main():
    print([to_base(n, b) for n, b in [(255, 2), (255, 16), (-255, 36), (0, 3)]], [int(to_base(n, 7), 7) for n in (5, 100, -49)])
    print([n for n in range(30) if is_prime(n)], isqrt(10 ** 8), isqrt(99))
    print(sum(int(d) for d in str(2 ** 40)), str(123)[::-1], int(str(123)[::-1]), [int(c) for c in "90210"], "".join(map(str, [1, 2, 3])))
    print(0.1 + 0.2, round(0.1 + 0.2, 10), 1e-3, 1.10, 5 // 2 * 2.0, 1 / 4, -1 / 3, 2 ** 0.5, 10 % 3.5, float(10 ** 15), int(-0.9))
    print(7 .__class__.__name__ if False else type(7).__name__, 3.0 == 3, 3.0 is None, 1_000 * 1.5, 0xff + 0o10 + 0b11, 1e3 == 1000, True + 1.5)
    print(bin(37)[2:].zfill(8), f"{37:08b}", int("00100101", 2), hex(37), 37 >> 2, 37 << 2, 37 & 0b111, bin(37).count("1"))
    celsius = [-40, 0, 37.5, 100]
    print([f"{c}C={c * 9 / 5 + 32}F" for c in celsius], [round(x / 3, 2) for x in range(4)])
    print(max(range(1, 100), key=lambda n: len(str(1 / n))), min([(abs(x - 3), x) for x in (1, 2, 5)])[1])


run(main)
