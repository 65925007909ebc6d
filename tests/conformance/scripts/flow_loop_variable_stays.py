"""A loop's variable keeps its last value; an empty loop binds nothing."""
from interleave import *


def main():
    for i in range(3):
        pass
    print(i)
    for c in "":
        pass
    try:
        print(c)
    except UnboundLocalError:
        print("never bound")
    for i, (a, *b) in enumerate([(1, 2, 3), (4,)]):
        print(i, a, b)


run(main)
