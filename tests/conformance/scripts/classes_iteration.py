"""A class that can be iterated, by __iter__ and __next__ and by a generator."""
from interleave import *


class Countdown:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n <= 0:
            raise StopIteration
        self.n -= 1
        return self.n + 1


class Tree:
    def __init__(self, value, left=None, right=None):
        self.value, self.left, self.right = value, left, right

    def __iter__(self):
        if self.left:
            yield from self.left
        yield self.value
        if self.right:
            yield from self.right


def main():
    print(list(Countdown(4)), sum(Countdown(10)), [x for x in Countdown(2)])
    c = Countdown(2)
    print(next(c), list(c), list(c))
    tree = Tree(4, Tree(2, Tree(1), Tree(3)), Tree(6))
    print(list(tree), max(tree), 3 in list(tree))


run(main)
