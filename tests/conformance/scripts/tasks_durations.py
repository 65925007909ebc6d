"""Arithmetic with times."""
from interleave import *


def main():
    a, b = 200 * ms, 1.5 * s
    print(a, b, a + b, b - a, a * 3, a / 4, b / a, b // a, b % a, -a, abs(-a), a < b, a == 0.2 * s)
    print(sum([a, b, 5 * us]), max(a, b), sorted([b, a, 1 * ns]), bool(0 * s), f"{a} {a:>10}|", [a], 1 * s / 3)
    print(a / ms, b / us, 0 * ms + a, a > 0, 3 * (a + 50 * ms) / 2)


run(main)
