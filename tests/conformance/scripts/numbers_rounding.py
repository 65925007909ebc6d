"""round() rounds half to even; int() cuts."""
from interleave import *


def main():
    print([round(x) for x in (0.5, 1.5, 2.5, -0.5, -1.5, 2.4999)])
    print(round(2.675, 2), round(1234.5678, 1), round(1234, -2), round(1250, -2), round(1350, -2))
    print(int(2.9), int(-2.9), int("42"), int(" -7 "), int("ff", 16), int("0b101", 0))
    print(float("1.5"), float("1e3"), float(7), bool(0.0), bool(0.1))
    print(abs(-3), abs(-2.5), pow(2, 10), min(3, 1, 2), max([4, 9, 2]))


run(main)
