"""Whole numbers at their edges, and how they fail."""
from interleave import *


async def main():
    big = 9223372036854775807
    print(big, -big - 1, big - 1 + 1, -7 // 2, 7 // -2, -7 % 3, 7 % -3, divmod(-7, 2), divmod(7, -2))
    print(2 ** 10, 2 ** -1, (-2) ** 3, 0 ** 0, 10 ** 18, -2 ** 2, 7 / 2, 6 / 3, 1e3 // 7, -7.5 // 2, 7.5 % -2)
    print(5 & 3, 5 | 3, 5 ^ 3, ~5, 1 << 40, -16 >> 2, 1 << 62, -1 >> 70)
    print(int("42"), int("-0x1f", 16), int("101", 2), int(" 7 "), int(3.99), int(-3.99), int(True), int("1_000"), 0xFF, 0b101, 0o17, 1_000_000)
    print(round(2.5), round(3.5), round(-2.5), round(2.675, 2), round(1234, -2), abs(-3), pow(3, 4), pow(3, 4, 5), bin(10), hex(255), oct(8), bin(-5))
    print((5).bit_length(), (255).bit_count() if False else 8, (0).bit_length(), max(1, 2.0), sum([0.1] * 10), sum([1, 2], 10))
    print(True + True, True == 1, isinstance(True, int), False * 3, str(True), int.__name__, type(1), type(1.0), type(True))
    for text in ["x", "", "1.5", "0x10"]:
        try:
            print(int(text))
        except ValueError as e:
            print(e)
    for f in [lambda: 1 // 0, lambda: 1 % 0, lambda: 1 / 0, lambda: 1.0 // 0, lambda: 0 ** -1, lambda: int(float("inf")), lambda: int(float("nan")), lambda: 1 << -1, lambda: "a" + 1, lambda: 1 + "a", lambda: -"a", lambda: [] < 1]:
        try:
            print(f())
        except Exception as e:
            print(type(e).__name__, e)


run(main)
