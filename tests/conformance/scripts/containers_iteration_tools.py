"""enumerate, zip, reversed, map, filter, range, iter and next."""
from interleave import *


def main():
    print(list(enumerate("ab", 5)), list(zip([1, 2, 3], "ab")), list(reversed([1, 2, 3])), list(range(10, 0, -3)))
    print(list(map(lambda x: x + 1, [1, 2])), list(filter(None, [0, 1, "", "a"])), list(map(max, [1, 5], [3, 2])))
    it = iter([1, 2])
    print(next(it), next(it), next(it, "end"))
    r = range(0, 20, 5)
    print(r, len(r), r[1], r[-1], 15 in r, 16 in r, list(r), r == range(0, 16, 5))
    print(dict(zip("abc", range(3))), [*range(3), *"xy"], {**{"a": 1}, **{"b": 2}})


run(main)
