"""How floats print: shortest text that gives the same number."""
from interleave import *


def main():
    for x in (0.1, 1.0, 1e16, 1e15, 123456789.123, 1e-5, 0.0001, 1 / 3, 2 / 3, 1e22, 1.5e300, -0.0, 100.0, 3.0e-10):
        print(x)
    print(0.1 + 0.2, 1e16 + 1, float("inf"), -float("inf"), float("nan"))
    print(7 / 2, 8 / 2, 2 ** -1, 10 ** 3, 2 ** 0.5)


run(main)
