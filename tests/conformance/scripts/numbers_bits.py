"""Bit operations, shifts and negative numbers."""
from interleave import *


def main():
    print(5 & 3, 5 | 3, 5 ^ 3, ~5, 1 << 10, 1024 >> 3, -8 >> 1, -1 >> 5)
    x = 0b1010
    x |= 1
    x &= ~2
    x ^= 0xF
    x <<= 2
    print(x, 0o17, 0xff, 1_000_000)
    print(True + True, True & False, True | False, True ^ True)


run(main)
