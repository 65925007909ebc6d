"""print's sep and end; printing nothing; several kinds."""
from interleave import *


def main():
    print()
    print("a", "b", sep="-")
    print("no newline", end="")
    print(" joined", end="!\n")
    print(1, 2.0, None, True, [1, "a"], ("t",), {"k": 1}, sep=", ")
    print(*[1, 2, 3], sep="")
    print("", "x", "")
    print("multi\nline")


run(main)
