"""Objects with __hash__ and __eq__ as keys."""
from interleave import *


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __eq__(self, other):
        return isinstance(other, Point) and (self.x, self.y) == (other.x, other.y)

    def __hash__(self):
        return hash((self.x, self.y))

    def __repr__(self):
        return f"Point({self.x}, {self.y})"


class Same:
    """All have one hash, so all meet."""
    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return 1

    def __eq__(self, other):
        return isinstance(other, Same) and self.name == other.name

    def __repr__(self):
        return self.name


def main():
    where = {Point(0, 0): "origin", Point(1, 0): "east"}
    print(where[Point(0, 0)], where.get(Point(1, 0)), where.get(Point(5, 5), "nothing"), Point(1, 0) in where, Point(2, 2) in where)
    where[Point(0, 0)] = "start"
    where[Point(2, 2)] = "far"
    print(len(where), where)
    del where[Point(1, 0)]
    print(list(where), where.pop(Point(2, 2)), where.setdefault(Point(9, 9), 9), len(where))
    seen = {Point(1, 1), Point(1, 1), Point(2, 1)}
    seen.add(Point(1, 1))
    seen.discard(Point(2, 1))
    print(seen, len(set([Point(3, 3), Point(3, 3)])), len({Point(n % 3, 0) for n in range(9)}), {Point(n % 2, 0): n for n in range(5)})
    pairs = {(Point(1, 1), "a"): 1}
    print(pairs[(Point(1, 1), "a")], (Point(1, 1), "b") in pairs)
    try:
        where[Point(7, 7)]
    except KeyError as e:
        print("KeyError", e)
    crowd = {Same("a"): 1, Same("b"): 2}
    crowd[Same("a")] += 10
    crowd[Same("c")] = 3
    print(crowd, crowd[Same("b")], Same("x") in crowd)
    del crowd[Same("a")]
    print(crowd, hash(Point(1, 2)) == hash((1, 2)))
    counts = {}
    for p in [Point(0, 1), Point(1, 0), Point(0, 1), Point(0, 1)]:
        counts[p] = counts.get(p, 0) + 1
    print(sorted(counts.items(), key=lambda kv: kv[1]))
    graph = {Point(0, 0): [Point(0, 1)], Point(0, 1): [Point(1, 1), Point(0, 0)], Point(1, 1): []}
    open_, reached = [Point(0, 0)], set()
    while open_:
        here = open_.pop()
        if here in reached:
            continue
        reached.add(here)
        open_.extend(graph[here])
    print(len(reached))


run(main)
