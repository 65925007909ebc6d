"""Sorting with keys."""
# on: serial loop threads stealing processes
from interleave import *


class Student:
    def __init__(self, name, grade, age):
        self.name, self.grade, self.age = name, grade, age

    def __repr__(self):
        return repr((self.name, self.grade, self.age))

    def __eq__(self, other):
        return isinstance(other, Student) and (self.grade, self.age) == (other.grade, other.age)

    def __lt__(self, other):
        return (self.grade, self.age) < (other.grade, other.age)


def bubble(items):
    items = items[:]
    for end in range(len(items) - 1, 0, -1):
        swapped = False
        for i in range(end):
            if items[i + 1] < items[i]:
                items[i], items[i + 1] = items[i + 1], items[i]
                swapped = True
        if not swapped:
            break
    return items


def merge_sort(items, key=lambda x: x):
    if len(items) < 2:
        return list(items)
    mid = len(items) // 2
    left, right = merge_sort(items[:mid], key), merge_sort(items[mid:], key)
    out = []
    while left and right:
        out.append((left if key(left[0]) <= key(right[0]) else right).pop(0))
    return out + left + right


async def main():
    people = [Student("john", "A", 15), Student("jane", "B", 12), Student("dave", "B", 10), Student("amy", "A", 15)]
    print(sorted(people, key=lambda s: s.age), sorted(people))
    print(sorted(sorted(people, key=lambda s: s.name), key=lambda s: s.grade, reverse=True))
    print(people[0] == people[3], people[0] != people[1], people.index(Student("x", "B", 10)), Student("q", "A", 15) in people)
    print(bubble(people) == sorted(people), min(people), max(people, key=lambda s: s.name))
    words = "The quick Brown fox jumped over The lazy dog".split()
    print(sorted(words), sorted(words, key=str.lower), sorted(words, key=len, reverse=True))
    print(merge_sort([5, 2, 9, 1, 5, 6]), merge_sort(words, key=str.lower))
    data = {"b": 2, "a": 3, "c": 1}
    print(sorted(data), sorted(data.values()), sorted(data, key=data.get), max(data, key=data.get))
    words.sort(key=lambda w: (len(w), w), reverse=True)
    print(words)
    grouped = {}
    for w in sorted(words, key=len):
        grouped.setdefault(len(w), []).append(w)
    print(grouped)
    mixed = [3, 1.5, True, False, -2]
    mixed.sort()
    print(mixed, sorted("hello"), sorted([(1, "b"), (1, "a"), (0, "z")]), sorted([[2], [1, 5], []]))
    try:
        sorted([1, "a"])
    except TypeError as e:
        print(e)


run(main)
