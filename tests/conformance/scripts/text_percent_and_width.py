"""ljust, rjust, zfill and tables made of them."""
from interleave import *


def main():
    rows = [("apple", 3, 1.5), ("banana", 12, 0.25), ("kiwi", 100, 10.0)]
    for name, count, price in rows:
        print(name.ljust(10) + str(count).rjust(5) + f"{price:8.2f}")
    print("7".zfill(3), "-7".zfill(4), "ab".center(6) + "|", "x".ljust(3, ".") + "|")
    print("=" * 20)


run(main)
