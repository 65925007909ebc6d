"""assert with and without a message."""
from interleave import *


def check(x):
    assert x > 0, f"{x} is not positive"
    assert x < 100
    return "fine"


def main():
    print(check(5))
    for bad in (-1, 100):
        try:
            check(bad)
        except AssertionError as e:
            print("failed:", e, repr(str(e)))


run(main)
