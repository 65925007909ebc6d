"""Instructions have a quick way for what is common: here each is met by what is not, in the same place."""
from interleave import *


def caught(what, *args):
    try:
        print(what(*args))
    except Exception as e:
        print(type(e).__name__, e)


def compare_two(a, b):
    if a < b:
        return "less"
    if a == b:
        return "equal"
    while a >= b:
        return "greater"
    return "neither"


def compare_number(a):
    if a > 3:
        return "more"
    if a != 2:
        return "not two"
    return "two"


def is_nothing(a):
    if a is None:
        return "nothing"
    if a is not None:
        return "something"


class Odd:
    def __init__(self, n):
        self.n = n

    def __lt__(self, other):
        return "yes"

    def __gt__(self, other):
        return []

    def __eq__(self, other):
        return self.n == 2

    def __len__(self):
        return self.n


def early(which):
    if which == 0:
        late = 1
    if which == 1:
        if late < 3:
            return "seen"
    if which == 2:
        if which < late:
            return "seen"
    if which == 3:
        if late is None:
            return "seen"
    if which == 4:
        return [which, late, which]
    if which == 5:
        return [late, which]
    return late


def items(container, key):
    return container[key]


def put(container, key, value):
    container[key] = value
    return container


class Base:
    def who(self):
        return "base"

    def changed(self, self_too):
        self = self_too
        return self

    def deep(self, n):
        return 0 if n == 0 else 1 + self.deep(n - 1)


class Derived(Base):
    pass


def who(thing):
    return thing.who()


class Held:
    limit = 3

    @property
    def double(self):
        return self.n * 2

    @double.setter
    def double(self, value):
        self.n = value // 2


def attributes():
    held = Held()
    held.n = 4
    held.double = 10
    held.limit = held.limit + 1
    print(held.n, held.double, held.limit, Held.limit)
    Held.limit = 9
    print(held.limit, Held().limit)
    del held.limit
    print(held.limit)
    caught(lambda: held.missing)


def methods():
    thing = Derived()
    print(who(thing))
    Derived.who = lambda self: "derived"
    print(who(thing))
    thing.who = lambda: "own"
    print(who(thing))
    del thing.who
    print(who(thing))
    del Derived.who
    print(who(thing), thing.changed(7), thing.deep(50))
    caught(lambda: thing.who(1))
    caught(lambda: thing.changed())
    caught(lambda: thing.deep(5000))
    print(thing.deep(500))


def words():
    counts = {}
    for word in ["a", "b", "\u00e9", "a", "x" * 100, "x" * 99 + "x", ""]:
        if word not in counts:
            counts[word] = 0
        counts[word] += 1
    print(counts, "a" in counts, "z" in counts, 1 in counts, "ab"[:1] in counts, "ab"[:1] == "a", "a" != "b")
    seen = {1, 2.0, True, "a"}
    print(2 in seen, 1.0 in seen, "a" in seen, "b" not in seen, len(seen))
    caught(lambda: [] in counts)
    caught(items, counts, "missing")
    caught(put, counts, [], 1)


def echo():
    total = 0
    while True:
        got = yield total
        if got is None:
            got = 100
        if got == "end":
            return "over"
        total += got


def tree(n):
    if n > 0:
        yield from tree(n - 1)
        yield n
        yield from tree(n - 2)


def itself():
    yield 1
    for x in again:
        yield x


def generators():
    it = echo()
    caught(it.send, 1)
    print(next(it), it.send(1), next(it), it.send(2.5), [it.send(i) for i in range(3)])
    caught(it.throw, ValueError("no"))
    caught(it.send, 1)
    it = echo()
    next(it)
    caught(it.send, "end")
    print(list(tree(5)), sum(x for x in tree(6) if x % 2))
    for i, x in enumerate(tree(4)):
        if i == 3:
            break
    print(i, x)
    pairs = []
    first, second = tree(3), tree(4)
    for x in first:
        pairs.append((x, next(second)))
    print(pairs, list(first), list(second))


def sorting():
    rows = [(i * 7 % 5, str(i * 3 % 4), i) for i in range(23)]
    print(sorted(rows), sorted(rows, reverse=True))
    print([r[2] for r in sorted(rows, key=lambda r: r[0])], [r[2] for r in sorted(rows, key=lambda r: (r[1], r[0]), reverse=True)])
    print(sorted([3, 1.5, True, 2]), sorted([]), sorted(["b"]), sorted([(1, [2]), (1, [1])]), sorted(range(9, 0, -1)))
    caught(sorted, [1, "a", 2])
    print(("a", 1) < ("a", 1), ("a", 1) <= ("a", 1), (1, {}) == (1, {}), (1, 2) < (1, 2.5), ("a",) < ("a", 0))


again = itself()


async def main():
    nan = float("nan")
    for a, b in [(1, 2), (2, 2), (3, 2), (1.5, 2.5), (2.5, 2.5), (1, 1.5), (nan, nan), (nan, 1.0), ("a", "b"), ("b", "b"), ([1], [0]), (True, 1), (Odd(2), 1), (Odd(0), Odd(1))]:
        caught(compare_two, a, b)
    caught(compare_two, 1, "a")
    caught(compare_two, None, 1)
    for a in [2, 4, 1, 2.0, 3.5, True, Odd(2), Odd(1), "2"]:
        caught(compare_number, a)
    print(is_nothing(None), is_nothing(0), is_nothing([]), is_nothing(Odd(0)))
    for which in range(7):
        caught(early, which)
    for key in [0, -1, 2, -3, 3, -4, True, 2 ** 32, -2 ** 32, 2 ** 62, "0", 1.0, None]:
        caught(items, [5, 6, 7], key)
        caught(items, (5, 6, 7), key)
        caught(put, [5, 6, 7], key, 0)
        caught(items, {0: "zero", 1: "one", "0": "text"}, key)
        caught(put, {0: "zero"}, key, "put")
        caught(items, "xyz", key)
    attributes()
    methods()
    words()
    generators()
    sorting()
    caught(next, again)
    caught(next, again)
    for x in [0, 0.0, "", [], None, Odd(0), False]:
        print("true" if x else "false", not x, x is None, end=" ")
    print()


run(main)
