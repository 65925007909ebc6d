"""Floats as text, and at their edges."""
from interleave import *


async def main():
    for x in [0.1, 1.0, 1e15, 1e16, 123456789012345680.0, 1e22, 1e-4, 1e-5, 1.5e300, 5e-324, 0.1 + 0.2, 1 / 3, 2 / 3, 100.0, 1e100, -0.0, 3.0e-10, 123.456e7]:
        print(x, repr(x), str(x), end=" | ")
    print()
    inf, nan = float("inf"), float("nan")
    print(inf, -inf, nan, inf > 1e308, nan == nan, nan != nan, inf - inf, inf * 0, 1e308 * 10, -1e308 * 10)
    print(1.5.is_integer(), (2.0).is_integer(), float("1e3"), float(" 2.5 "), float("-inf"), float(7), float("1_0.5"))
    print(round(1.005, 2), round(0.5), round(1.5), round(-1.45, 1), round(12345.678, -2), int(1e15), 1e15 == 10 ** 15)
    print(0.1 + 0.2 == 0.3, abs(0.1 + 0.2 - 0.3) < 1e-9, 1e16 + 1, 2 ** 53 + 1.0, 3 * 0.1, 7 // 0.5, 7.0 % 2.5, -7.5 % 2, divmod(7.5, 2), 2.0 ** 0.5, 4 ** 0.5, 10 ** -2)
    print(min(1, 1.0), max(1, 1.0), sorted([2, 1.5, 1]), hash(1.0) == hash(1), {1: "a"}[1.0], sum([0.5, 1]), 1.0 == 1, 1 == True)
    try:
        float("abc")
    except ValueError as e:
        print(e)
    try:
        1e308 ** 2
    except OverflowError as e:
        print(e)


run(main)
