"""Comprehensions in comprehensions, with conditions, walrus and stars."""
from interleave import *


async def main():
    print([(x, y) for x in range(3) for y in range(x) if (x + y) % 2])
    print([[i * j for j in range(1, 4)] for i in range(1, 4)])
    m = [[1, 2], [3, 4], [5, 6]]
    print([[row[i] for row in m] for i in range(2)], [x for row in m for x in row])
    print({x: [y for y in range(x)] for x in range(3)}, {len(w) for w in ["a", "bb", "cc"]})
    print({k: v for k, v in zip("abc", range(3)) if v}, {v: k for k, v in {"a": 1}.items()})
    n = 3
    print([n for n in range(2)], n)
    print([y := 5, y ** 2], [last := x for x in range(4)][-1], last)
    print([x if x % 2 else -x for x in range(5)])
    print(sum([len(a) * b for a, b in [("x", 1), ("yy", 2)]]))
    print([(a, b, c) for a in range(1, 15) for b in range(a, 15) for c in range(b, 15) if a * a + b * b == c * c])
    print(any(x > 3 for x in range(5)), all(x > 3 for x in range(5)), list(filter(None, [0, 1, "", "a"])), list(map(lambda x, y: x * y, [1, 2], [3, 4])))
    print([c for c in "hello" if c not in "aeiou"], ["".join(p) for p in zip("ab", "cd")])
    print([*range(3), *"ab"], {**{"a": 1}, "b": 2, **{"a": 3}}, (*[1], 2), {*[1, 1, 2]})


run(main)
