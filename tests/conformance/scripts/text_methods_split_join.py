"""split, join, strip, splitlines, partition by hand."""
from interleave import *


def main():
    print("a b  c ".split(), "a,b,,c".split(","), "a,b,c".split(",", 1), "".split(), "".split(","))
    print("-".join(["x", "y", "z"]), "".join([]), ", ".join(str(i) for i in range(4)))
    print(repr("  pad ".strip()), repr("  pad ".lstrip()), repr("  pad ".rstrip()), "xxhixx".strip("x"))
    print("one\ntwo\n\nfour".splitlines(), "a-b-c".replace("-", "+"), "aaa".replace("a", "b", 2))
    print("hello".find("l"), "hello".find("z"), "hello".index("o"), "banana".count("an"))


run(main)
