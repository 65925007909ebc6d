"""Indexes and slices of text, negative ones and steps too."""
from interleave import *


def main():
    t = "abcdefg"
    print(t[0], t[-1], t[1:3], t[:2], t[-2:], t[::2], t[::-1], t[5:1:-2], t[10:], t[-100:2], t[3:3] == "")
    print(t * 2, "ab" + "cd", len(t), sorted("hello"), list("abc"), min("hello"), max("hello"))
    for i, c in enumerate(t[:3], start=1):
        print(i, c, ord(c), chr(ord(c) + 1))


run(main)
