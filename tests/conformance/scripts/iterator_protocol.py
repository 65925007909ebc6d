"""Objects that are gone through, and iter() with a last item."""
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

    def __len__(self):
        return 1 + len(self.left or []) + len(self.right or [])

    def insert(self, value):
        side = "left" if value < self.value else "right"
        child = getattr(self, side)
        if child:
            child.insert(value)
        else:
            setattr(self, side, Tree(value))


async def main():
    print(list(Countdown(3)), max(Countdown(4)), 2 in Countdown(3), [*Countdown(2)], dict(zip("ab", Countdown(2))))
    c = Countdown(5)
    for x in c:
        if x == 3:
            break
    print(list(c))
    t = Tree(5)
    for v in [3, 8, 1, 4, 9]:
        t.insert(v)
    print(list(t), len(t), 4 in t, sum(t), sorted(t, reverse=True), ",".join(map(str, t)))
    it = iter([1, 2, 3])
    print(next(it), list(it), next(it, "end"))
    try:
        next(it)
    except StopIteration:
        print("StopIteration")
    e = enumerate("ab", 1)
    print(next(e), list(e), list(zip([1, 2, 3], "ab")), list(reversed(range(3))), list(map(str, range(3))))
    try:
        for x in 5:
            pass
    except TypeError as e:
        print(e)
    try:
        iter(Tree)
    except TypeError as e:
        print(type(e).__name__)
    print(list(iter(lambda it=iter([1, 2, 0, 3]): next(it), 0)))
    print(*zip(*[(1, "a"), (2, "b")]), list(zip()), list(zip([1], [2], [3])))


run(main)
