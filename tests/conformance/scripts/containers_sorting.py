"""Sorting is stable; keys, reverse, mixed tuples."""
from interleave import *


def main():
    people = [("Bo", 30), ("Al", 25), ("Cy", 30), ("Di", 25)]
    print(sorted(people, key=lambda p: p[1]))
    print(sorted(people, key=lambda p: (-p[1], p[0])))
    print(sorted(people, key=lambda p: p[1], reverse=True))
    print(max(people, key=lambda p: p[1]), min(people, key=lambda p: p[1]))
    words = "the quick brown fox jumps over the lazy dog".split()
    words.sort(key=len)
    print(words)
    count = {}
    for word in words:
        count[word] = count.get(word, 0) + 1
    print(sorted(count.items(), key=lambda kv: (-kv[1], kv[0]))[:3])


run(main)
