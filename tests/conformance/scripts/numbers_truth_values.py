"""and, or and not give operands; what counts as true."""
from interleave import *


def main():
    print(0 or "x", 1 and 2, "" or [] or None, not [], not [0], None or 0)
    for value in (0, 0.0, "", [], {}, (), None, False, 1, "0", [0], {"a": 1}):
        print(repr(value), bool(value), end=" ")
    print()
    print(any([0, 0, 3]), all([1, 2, 0]), any([]), all([]))
    print("yes" if [] else "no", 5 if 3 > 2 else 6)


run(main)
