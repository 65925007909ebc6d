"""Sorting: keys, stability, order of several things, min and max."""
from interleave import *

people = [("Ada", 36, "London"), ("Alan", 41, "London"), ("Grace", 85, "New York"), ("Kurt", 71, "Princeton"), ("Emmy", 53, "Bryn Mawr"), ("Edsger", 72, "Nuenen")]


class Card:
    ranks = "23456789TJQKA"
    suits = "♣♦♥♠"

    def __init__(self, text):
        self.rank, self.suit = text

    def __lt__(self, other):
        return (self.ranks.index(self.rank), self.suits.index(self.suit)) < (self.ranks.index(other.rank), self.suits.index(other.suit))

    def __repr__(self):
        return self.rank + self.suit


class Backwards:
    """A key that turns an order round, for things that have no minus."""

    def __init__(self, value):
        self.value = value

    def __lt__(self, other):
        return other.value < self.value


def insertion_sort(items, key=lambda x: x):
    items = list(items)
    for i in range(1, len(items)):
        j = i
        while j > 0 and key(items[j]) < key(items[j - 1]):
            items[j], items[j - 1] = items[j - 1], items[j]
            j -= 1
    return items


def quick_sort(items):
    if len(items) < 2:
        return items
    pivot, *rest = items
    return quick_sort([x for x in rest if x < pivot]) + [pivot] + quick_sort([x for x in rest if not x < pivot])


def merge(a, b):
    out, i, j = [], 0, 0
    while i < len(a) and j < len(b):
        if b[j] < a[i]:
            out.append(b[j])
            j += 1
        else:
            out.append(a[i])
            i += 1
    return out + a[i:] + b[j:]


def bisect(items, x):
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        if items[middle] < x:
            low = middle + 1
        else:
            high = middle
    return low


async def main():
    print(sorted([3, 1, 2]), sorted("bca"), sorted({"z": 1, "a": 2}), sorted((2, 1), reverse=True), sorted([]), sorted([True, 0, 2.5, -1]))
    names = [p[0] for p in people]
    print(sorted(names, key=len), sorted(names, key=len, reverse=True), sorted(names, key=lambda n: n[::-1]), sep="\n")
    print([p[0] for p in sorted(people, key=lambda p: (p[2], -p[1]))], [p[0] for p in sorted(people, key=lambda p: p[1])][:2])
    print([p[0] for p in sorted(sorted(people, key=lambda p: p[0]), key=lambda p: p[2], reverse=True)])
    print([p[0] for p in sorted(people, key=lambda p: (Backwards(p[2]), p[1]))])
    print(min(people, key=lambda p: p[1])[0], max(people, key=lambda p: len(p[2]))[0], max(names), min(names, key=str.lower), max(3, 9, 2), min("b", "a"), max([], default="none"), min((), default=None))
    print(max([1, -5, 3], key=abs), min([2, -2], key=abs), max("aB", "Ab", key=str.upper), max({"a": 3, "b": 7}.items(), key=lambda kv: kv[1]))
    hand = [Card(c) for c in ("K♠", "2♦", "A♣", "2♣", "T♥", "K♥")]
    print(sorted(hand), max(hand), min(hand), sorted(hand, reverse=True)[0], sorted(hand, key=lambda c: c.suit))
    hand.sort()
    hand.reverse()
    print(hand)
    hand.sort(key=lambda c: Card.suits.index(c.suit), reverse=True)
    print(hand)
    data = [5, 2, 8, 2, 9, 1]
    print(insertion_sort(data), quick_sort(data), merge([1, 4, 6], [2, 4, 5, 9]), insertion_sort(people, key=lambda p: p[1])[0][0], data)
    ordered = sorted(data)
    print([bisect(ordered, x) for x in (0, 2, 3, 10)], sorted(range(len(data)), key=lambda i: data[i]))
    pairs = [(1, "b"), (0, "z"), (1, "a"), (0, "y")]
    print(sorted(pairs), sorted(pairs, key=lambda p: p[0]), sorted(pairs, key=lambda p: p[0], reverse=True), sorted(pairs, key=lambda p: (-p[0], p[1])))
    print(sorted(["10", "9", "2"]), sorted(["10", "9", "2"], key=int), sorted(["b", "A", "c"]), sorted(["b", "A", "c"], key=str.casefold), sorted([[2], [1, 5], []]), sorted([0.1, -0.0, 0.0, 0]))
    ranking = {name: i for i, (name, *_) in enumerate(sorted(people, key=lambda p: -p[1]), start=1)}
    print(ranking, list(ranking)[0])
    calls = []
    sorted([3, 1, 2], key=lambda x: calls.append(x) or x)
    print(calls, list(zip(*sorted(zip([3, 1, 2], "cab")))), all(a <= b for a, b in zip(ordered, ordered[1:])))
    for bad in (lambda: sorted(5), lambda: sorted([1, "a"]), lambda: sorted([{}, {}]), lambda: max([]), lambda: max(5), lambda: sorted([3, 1], key=5),
                lambda: max(1, 2, default=3), lambda: min(()), lambda: sorted([None, None]), lambda: sorted(["a", "bb"], key=lambda w: w.length)):
        try:
            print(bad())
        except (TypeError, ValueError, AttributeError) as e:
            print(type(e).__name__, e)


run(main)
