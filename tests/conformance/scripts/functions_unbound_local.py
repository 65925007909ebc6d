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
    try:
        nothing
    except NameError:
        print("no such name")


run(main)
