"""A name that a function assigns is its own everywhere in it."""
from interleave import *

x = 1


def f():
    try:
        print(x)
    except UnboundLocalError:
        print("not yet")
    x = 2
    return x


def main():
    print(f(), x)
    for name in ("x",):
        pass
    print(name)


run(main)
