"""Floor division and modulo follow the sign of the divisor."""
from interleave import *


def main():
    for a in (7, -7):
        for b in (3, -3):
            print(a, b, a // b, a % b, divmod(a, b), a / b)
    print(7.5 // 2, -7.5 // 2, 7.5 % 2, -7.5 % 2, divmod(-7.5, 2))
    print(0 // 5, 0 % -5, -1 // 10, -1 % 10)


run(main)
