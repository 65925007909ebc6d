"""dict, set and list comprehensions, unpacking."""
# on: serial loop threads stealing processes
from interleave import *


async def main():
    names = ["ann", "bob", "cy", "dan", "eve"]
    print({n: len(n) for n in names}, sorted({len(n) for n in names}))
    print({n[0].upper(): [m for m in names if len(m) == len(n)] for n in names if n != "dan"})
    print([[i * j for j in range(1, 4)] for i in range(1, 4)])
    print([(x, y) for x in range(3) for y in range(x, 3) if (x + y) % 2 == 0])
    grid = {(x, y): "#" if x == y else "." for x in range(3) for y in range(3)}
    print("\n".join("".join(grid[x, y] for x in range(3)) for y in range(3)))
    inverse = {v: k for k, v in {"a": 1, "b": 2}.items()}
    print(inverse, {**inverse, 3: "c"}, {*"hello"} == set("hello"), [*range(3), *"ab"])
    first, *middle, last = names
    print(first, middle, last)
    (a, b), c = (1, 2), 3
    a, b = b, a
    print(a, b, c)
    for i, (name, n) in enumerate(zip(names, range(10, 15)), start=1):
        print(i, name, n, sep=":", end=" ")
    print()
    x = "outer"
    print([x for x in range(3)], x, any(x > 1 for x in range(3)), x)
    matrix = [[1, 2], [3, 4], [5, 6]]
    print([row[0] for row in matrix], list(map(list, zip(*matrix))), [n for row in matrix for n in row])
    evens, odds = [n for n in range(10) if not n % 2], [n for n in range(10) if n % 2]
    print(evens, odds, list(zip(evens, odds))[-1])
    s1, s2 = {1, 2, 3}, {2, 3, 4}
    print(s1 & s2, s1 | s2, s1 - s2, s1 ^ s2, s1 <= {1, 2, 3, 4}, s1.isdisjoint({9}))
    d = dict(a=1, b=2)
    d |= {"b": 3, "c": 4}
    print(d, d | {"a": 0}, list(d.items()), d.pop("a"), d.get("zz", "none"), d.setdefault("n", []), d)
    print(dict.fromkeys("abc", 0), dict([(1, 2), (3, 4)]), dict(zip("xy", [1, 2])), {}.get("a"))
    if (n := len(names)) > 3:
        print(f"{n} names", [y for w in names if (y := w.title()) != "Cy"])


run(main)
