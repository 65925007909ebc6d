"""Sorting with keys, and what is said of items that have no order, inside tuples, too."""
from interleave import *
people = [("Zoe", 31, 1.70), ("adam", 25, 1.82), ("Bea", 31, 1.65), ("carl", 25, 1.82)]
def main():
    print(sorted(people), sorted(people, key=lambda p: p[0].lower()))
    print(sorted(people, key=lambda p: (-p[1], p[2])), sorted(people, key=lambda p: p[1], reverse=True))
    names = [p[0] for p in people]
    names.sort(key=str.lower, reverse=True); print(names)
    names.sort(key=len); print(names)
    d = {"x": 3, "y": 1, "z": 2}
    print(sorted(d), sorted(d, key=d.get), sorted(d.items(), key=lambda kv: kv[1], reverse=True), max(d, key=d.get))
    try: sorted([1, "a"])
    except TypeError as e: print(e)
    try: sorted([(1, "a"), (1, None)])
    except TypeError as e: print(e)
    try: [3, 1].sort(lambda x: x)
    except TypeError as e: print(e)
    print(sorted("hello world".split(), key=lambda w: (w[-1], w)), sorted([True, 0, 2.5, -1]), list(reversed([1, 2])))
    print(min(people, key=lambda p: p[2]), max([[1], [0, 5]], key=len), min("b", "a"), max([], default="none"))
    print(sorted([[2, 1], [2], [1, 9]]), sorted({(1, 2), (0, 5)}), [*map(sorted, ["ba", "dc"])])
run(main)
