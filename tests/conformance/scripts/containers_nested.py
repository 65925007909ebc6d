"""Containers in containers, shared and copied."""
from interleave import *


def main():
    m = [[0] * 2] * 2
    m[0][0] = 1
    n = [[0] * 2 for _ in range(2)]
    n[0][0] = 1
    print(m, n)
    d = {"list": [1, 2], "dict": {"k": (1, {"deep": True})}}
    d["list"].append(3)
    d["dict"]["new"] = d["list"]
    d["list"].append(4)
    print(d, d["dict"]["k"][1]["deep"])
    c = dict(d)
    c["list"] = None
    print(d["list"], c["list"], len(str(d)))


run(main)
