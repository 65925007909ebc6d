"""del of items and names; a list that grows while a loop goes through it."""
from interleave import *


def main():
    a = [1, 2, 3, 4]
    del a[0], a[-1]
    print(a)
    d = {"a": 1, "b": 2}
    del d["a"]
    print(d)
    x = 5
    del x
    b = [1]
    for n in b:
        if n < 5:
            b.append(n + 1)
    print(b)
    for key in list(d):
        del d[key]
    print(d)


run(main)
