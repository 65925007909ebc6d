"""hex(), oct(), bin(), pow() with a modulus, int() with a base."""
from interleave import *


def failing(function, *args):
    try:
        print(function(*args))
    except (TypeError, ValueError, ZeroDivisionError) as e:
        print(type(e).__name__, e)


def main():
    for n in [0, 1, -1, 10, 255, -255, 2**40, True]:
        print(n, hex(n), oct(n), bin(n))
    print(pow(3, 4, 5), pow(2, 100, 1_000_000_007), pow(-3, 3, 7), pow(3, -1, 11), pow(3, 5, -7), pow(5, 0, 1), pow(2, 3, None))
    print(pow(123456789, 987654321, 1_000_000_007), pow(10**17, 10**17, 10**18 + 9))
    print(int("ff", 16), int("0xff", 16), int("0b101", 0), int("-77", 8), int("z", base=36), int(" 12 "))
    print((255).bit_length(), (0).bit_length(), (-8).bit_length(), (2.0).is_integer(), (2.5).is_integer())
    failing(hex, 1.5)
    failing(bin, "5")
    failing(pow, 2, 3, 0)
    failing(pow, 2.0, 3, 5)
    failing(pow, 2, -1, 4)
    failing(int, "12", 99)
    failing(int, 12, 8)
    print([hex(b)[2:].zfill(2) for b in [0, 7, 16, 255]], [f"{b:02x}" for b in [0, 7, 16, 255]])
    print(hash(5) == hash(5.0) == hash(5), hash(True), hash(-1))


run(main)
