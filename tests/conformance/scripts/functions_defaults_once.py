"""A default is computed once, when the function is made; a list in it is shared."""
from interleave import *


def collect(item, into=[]):
    into.append(item)
    return into


def main():
    print(collect(1), collect(2), collect(3, []), collect(4))
    n = 10

    def g(x=n):
        return x
    n = 20
    print(g(), g(1), n)


run(main)
