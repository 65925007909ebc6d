"""Sets and dicts combined, changed and asked."""
from interleave import *


async def main():
    a, b = {1, 2, 3, 4}, {3, 4, 5}
    print(a | b, a & b, a - b, a ^ b, a <= b, {3} < a, a >= {1}, a.isdisjoint({9}), a.issubset(b), a.issuperset({1, 2}))
    a |= {7}
    a -= {1}
    a &= {2, 3, 7}
    print(a, a.union([8], (9,)), a.intersection([2]), a.difference({2}), sorted(a.symmetric_difference([2, 4])))
    a.add(2), a.discard(99), a.update([10, 11])
    print(sorted(a), len(a), a.pop() in {2, 3, 7, 10, 11})
    try:
        a.remove(99)
    except KeyError as e:
        print("KeyError", e)
    d = {"a": 1, "b": 2}
    print(d | {"b": 3, "c": 4}, d.keys() & {"a", "z"}, d.keys() | {"z"} == {"a", "b", "z"}, d.keys() - {"a"}, d.items() & {("a", 1)})
    d |= {"d": 5}
    print(d, d.get("x"), d.get("x", 0), d.setdefault("e", []), d.pop("a"), d.pop("zz", None), "b" in d)
    d["e"].append(1)
    print(d, list(d), list(d.values()), d.popitem(), len(d), dict(a=1, b=2), dict([("x", 1)]), dict.fromkeys("ab", 0))
    d.update({"b": 20}, z=26)
    d.update([("y", 25)])
    print(d, {**d, "b": 0}, d == {"z": 26, "b": 20, "d": 5, "y": 25}, max(d, key=d.get))
    for k in list(d):
        if d[k] == 26:
            del d[k]
    print(d, d.copy() is d, d.clear(), d)
    try:
        {}["k"]
    except KeyError as e:
        print(repr(e))
    try:
        {[]: 1}
    except TypeError as e:
        print(e)
    nested = {}
    for path in ["a/b", "a/c", "d"]:
        node = nested
        for part in path.split("/"):
            node = node.setdefault(part, {})
    print(nested, {(1, 2): "t"}[1, 2], {1: "int", 1.0: "float", True: "bool"})


run(main)
