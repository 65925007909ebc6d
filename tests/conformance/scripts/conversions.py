"""str, int, float, bool, list, tuple, dict of each other."""
from interleave import *


def main():
    print(str(1) + str(2.5) + str(None) + str(True), int("12") + int(3.9) + int(True), float("2") + float(1))
    print(list("abc"), tuple([1, 2]), list((1, 2)), dict([("a", 1)]), list({"x": 1}), tuple("ab"), list(range(3)))
    print(bool("False"), bool(""), bool([0]), repr("x"), str("x"), str([1, "x"]), int("-0"), float("-0"))
    for bad in ("1.5", "", "1 2", "0x10"):
        try:
            print(int(bad))
        except ValueError:
            print("no int:", repr(bad))


run(main)
