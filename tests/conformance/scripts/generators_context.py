"""Generators that hold a with and a try across yields."""
from interleave import *


class Held:
    def __init__(self, name):
        self.name = name

    def __enter__(self):
        print("hold", self.name)

    def __exit__(self, *details):
        print("let go", self.name)


def lines():
    with Held("file"):
        for i in range(3):
            try:
                yield i
            finally:
                print("after", i)


def main():
    for i in lines():
        print("line", i)
        if i == 1:
            break
    print("end of loop")
    g = lines()
    next(g)
    g.close()


run(main)
