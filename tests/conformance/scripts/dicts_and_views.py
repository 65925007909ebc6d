"""Dictionaries: order, views, merging, errors."""
from interleave import *


def attempt(f):
    try:
        print(f())
    except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as e:
        print(type(e).__name__, e)


def change_while_reading(d):
    for key in d:
        d[key + "!"] = 1


def delete_while_reading(d):
    for key in d.keys():
        del d[key]


async def main():
    d = {"b": 2, "a": 1}
    d["c"] = 3
    d["b"] = 20
    print(d, len(d), list(d), d["b"], "a" in d, "z" in d, 1 in d.values(), ("a", 1) in d.items())
    print(d.get("z"), d.get("z", 0), d.setdefault("a", 99), d.setdefault("z", []), d)
    print(d.pop("z"), d.pop("z", "gone"), d.popitem(), d)
    print(list(d.keys()), list(d.values()), list(d.items()), d.keys(), d.values(), d.items())
    print(list(reversed(d)), list(reversed(d.items())), sorted(d), max(d, key=d.get), sum(d.values()))
    keys, values = d.keys(), d.values()
    d["new"] = 7
    print(keys, list(values), len(keys))
    del d["new"]
    d.update({"a": 5}, x=6)
    d.update([("y", 8), ("z", 9)])
    d.update()
    print(d)
    print(dict(a=1, b=2), dict([("k", 1), ["l", 2]]), dict({"m": 1}, n=2), dict(), dict(zip("ab", (1, 2))), dict(enumerate("xy")))
    print(dict.fromkeys("abc"), dict.fromkeys([1, 2], 0), {}.fromkeys(range(2), "v"))
    left, right = {"a": 1, "b": 2}, {"b": 3, "c": 4}
    print(left | right, right | left, {**left, **right}, left)
    left |= right
    left |= [("d", 5)]
    print(left)
    one, two = {"a": 1, "b": 2, "c": 3}, {"b": 2, "c": 9, "d": 4}
    print(sorted(one.keys() & two.keys()), sorted(one.keys() | two.keys()), sorted(one.keys() - two.keys()), sorted(one.keys() ^ two.keys()), sorted(one.items() & two.items()))
    print(one.keys() == {"a", "b", "c"}, one.keys() <= {"a", "b", "c", "d"}, one.keys().isdisjoint(["x"]), one.keys() >= {"a"})
    copy = one.copy()
    copy["a"] = "copy"
    nested = {"in": [1]}
    shallow = nested.copy()
    shallow["in"].append(2)
    print(one["a"], nested, nested == shallow, nested is shallow)
    print({1: "a", 1.0: "b", True: "c"}, {(1, 2): "tuple"}[1, 2], {None: 0}[None], {"": "empty"}[""])
    print({k: v for k, v in sorted({"x": 2, "y": 1}.items(), key=lambda kv: kv[1])}, bool({}), {} == dict(), not {1: 1})
    tree = {}
    for path in ("a/b/c", "a/b/d", "e"):
        node = tree
        for part in path.split("/"):
            node = node.setdefault(part, {})
    print(tree)
    groups = {}
    for word in "apple avocado bean cherry cress".split():
        groups.setdefault(word[0], []).append(word)
    print(groups, {k: len(v) for k, v in groups.items()})
    attempt(lambda: d["nope"])
    attempt(lambda: d[("t", 1)])
    attempt(lambda: d.pop("nope"))
    attempt(lambda: {}.popitem())
    attempt(lambda: d[[]])
    attempt(lambda: dict([1, 2]))
    attempt(lambda: dict([(1, 2, 3)]))
    attempt(lambda: dict(5))
    attempt(lambda: d.update(5))
    attempt(lambda: {} < {})
    attempt(lambda: {} + {})
    attempt(lambda: {} | 5)
    attempt(lambda: d.append(1))
    attempt(lambda: change_while_reading({"k": 1}))
    attempt(lambda: delete_while_reading({"k": 1, "l": 2}))
    attempt(lambda: d.keys()[0])
    attempt(lambda: d.keys() + [1])
    for key in list(d):
        if d[key] > 6:
            del d[key]
    print(d)
    d.clear()
    print(d, d or "nothing")
    me = {}
    me["me"] = me
    print(me)


run(main)
