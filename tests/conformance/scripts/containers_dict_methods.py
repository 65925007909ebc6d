"""What dicts can do, in the order of insertion."""
from interleave import *


def main():
    d = {"one": 1, "two": 2}
    d["three"] = 3
    print(d, len(d), "two" in d, 2 in d, d.get("four"), d.get("four", 4), d.setdefault("five", 5))
    for key, value in d.items():
        print(key, value, end="; ")
    print()
    print(list(d), list(d.keys()), list(d.values()), d.pop("one"), d.pop("none", None))
    d.update({"two": 22, "six": 6})
    del d["three"]
    print(d, dict([("a", 1), ("b", 2)]), dict(x=1, y=2), {**d, "z": 0})
    e = {1: "int", (1, 2): "tuple", None: "none", 2.5: "float"}
    print(e, e[(1, 2)], e[1.0])


run(main)
