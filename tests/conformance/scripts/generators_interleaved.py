"""Two generators over one source take turns."""
from interleave import *


def source():
    for i in range(6):
        yield i


def main():
    shared_source = source()
    a = (("a", x) for x in shared_source)
    b = (("b", x) for x in shared_source)
    print(next(a), next(b), next(b), next(a), list(a), list(b))


run(main)
