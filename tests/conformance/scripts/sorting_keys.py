"""Sorting by keys, stable, of objects."""
from interleave import *


class Person:
    def __init__(self, name, age):
        self.name, self.age = name, age

    def __repr__(self):
        return f"{self.name}({self.age})"

    def __lt__(self, other):
        return self.age < other.age


async def main():
    people = [Person("Ann", 31), Person("bob", 25), Person("Cid", 31), Person("dan", 19)]
    print(sorted(people), sorted(people, key=lambda p: p.name.lower(), reverse=True))
    print(sorted(people, key=lambda p: (-p.age, p.name)), min(people), max(people, key=lambda p: p.age))
    people.sort(key=lambda p: p.age, reverse=True)
    print(people)
    words = "the quick brown fox jumps over the lazy dog".split()
    print(sorted(words, key=len), sorted(set(words), key=lambda w: (len(w), w)))
    print(sorted([3, 1.5, True, -2]), sorted([(1, "b"), (1, "a"), (0, "z")]), sorted("bca", reverse=True))
    print(sorted({"b": 1, "a": 2}), sorted({"b": 1, "a": 2}.items(), key=lambda kv: kv[1]))
    try:
        sorted([1, "a"])
    except TypeError as e:
        print(e)
    pairs = list(enumerate(["c", "a", "b"]))
    pairs.sort(key=lambda p: p[1])
    print(pairs, [i for i, _ in pairs])
    print(max([], default="none"), min("b", "a", key=lambda x: -ord(x)), max(3, 7, 5))
    l = [5, 3, 8]
    print(l.sort(), l, list(reversed(l)), l.reverse(), l)


run(main)
