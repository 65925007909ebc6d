"""Loops and what goes with them: else, enumerate, zip, map, filter, reversed, iter with a sentinel, any, all, sum."""
from interleave import *


def search(items, wanted):
    for i, item in enumerate(items):
        if item == wanted:
            result = f"{wanted} at {i}"
            break
    else:
        result = f"no {wanted}"
    return result


def smallest_factor(n):
    d = 2
    while d * d <= n:
        if n % d == 0:
            break
        d += 1
    else:
        return n
    return d


def table(n):
    for r in range(1, n + 1):
        for c in range(1, n + 1):
            print(f"{r * c:4}", end="" if c < n else "\n")


def attempt(f):
    try:
        print(f())
    except (TypeError, StopIteration, ValueError) as e:
        print(type(e).__name__, repr(e.args))


class Dice:
    def __init__(self, seed):
        self.state = seed

    def __call__(self):
        self.state = (self.state * 1103515245 + 12345) % 2147483648
        return self.state // 65536 % 6 + 1


async def main():
    print(search("abc", "c"), search([], 1), [smallest_factor(n) for n in (2, 9, 35, 97)])
    table(3)
    print(list(enumerate("ab")), list(enumerate("ab", 10)), list(enumerate([], start=5)), dict(enumerate("xy", start=1)))
    print(list(zip("abc", range(2))), list(zip()), list(zip([1])), list(zip(*[(1, "a"), (2, "b")])), list(zip("ab", "cd", "ef")))
    print(list(map(len, ["a", "bb"])), list(map(lambda x, y: x * y, [1, 2, 3], [4, 5])), list(map(str, range(3))), list(map(max, "ab", "ba")))
    print(list(filter(None, [0, 1, "", "x", None, []])), list(filter(str.isdigit, "a1b2")), list(filter(lambda n: n > 1, {1, 2, 3})))
    print(list(reversed([1, 2, 3])), "".join(reversed("abc")), list(reversed(range(0, 10, 3))), list(reversed((1, 2))), list(reversed({"a": 1, "b": 2})))
    print(any([0, 0, 3]), any([]), all([]), all([1, 0]), any(x > 2 for x in range(4)), all(c.isalpha() for c in "abc"), any("") , all("0"))
    print(sum(range(5)), sum([0.5, 1]), sum([], 7), sum([[1], [2]], []), sum((1, 2), start=10), sum(x * x for x in (1, 2, 3)), max(range(5)), min("hello"), len(range(0, 10, 3)))
    dice = Dice(42)
    rolls = list(iter(dice, 6))
    print(rolls, 6 not in rolls, all(1 <= r <= 5 for r in rolls))
    lines = iter(["one", "two", "", "never"])
    for line in iter(lambda: next(lines), ""):
        print(line, end=",")
    print(next(lines))
    it = iter([1, 2, 3])
    print(next(it), list(it), next(it, "end"), iter(it) is it, list(it))
    pairs = iter(range(6))
    print(list(zip(pairs, pairs)), list(zip(*[iter("abcdef")] * 3)))
    m = map(lambda x: x + 1, iter([1, 2]))
    print(next(m), next(m), next(m, None), 3 in map(int, "123"))
    z = zip([1, 2, 3], "ab")
    print(next(z), next(z), next(z, "z is done"))
    for i in range(3):
        i += 10
        print(i, end=" ")
    print("last", i)
    for i in []:
        pass
    print("still", i)
    n = 3
    while n:
        n -= 1
        if n == 1: continue
        print("n", n, end=" ")
    else:
        print("else")
    for x in range(2):
        for y in range(2):
            if x == y == 1:
                break
            print((x, y), end=" ")
        else:
            print("inner else", end=" ")
    print()
    total = 0
    for total in range(4): total += 1
    print(total, [*range(5, 0, -2)], range(3), list(range(-3, 3, 2)), range(5) == range(0, 5), 3 in range(0, 10, 3), range(10)[-1], range(2, 9, 3)[1])
    for a, b, *c in ((1, 2), (3, 4, 5)):
        print(a, b, c, end="; ")
    print()
    d = {"x": 1, "y": 2}
    for key in d: d[key] *= 10
    print(d, [k + str(v) for k, v in d.items()])
    obj = [0, 0]
    for obj[1] in range(3):
        pass
    print(obj)
    attempt(lambda: next(iter([])))
    attempt(lambda: next(5))
    attempt(lambda: iter(5, 6))
    attempt(lambda: list(zip(1, 2)))
    attempt(lambda: list(map(5, [1])))
    attempt(lambda: list(enumerate(5)))
    attempt(lambda: sum("abc"))
    attempt(lambda: sum(5))
    attempt(lambda: sum(["a"], ""))
    attempt(lambda: any(5))
    attempt(lambda: list(filter(len, 5)))
    attempt(lambda: reversed(5))
    attempt(lambda: list(reversed(x for x in "ab")))
    attempt(lambda: range("3"))
    attempt(lambda: list(map(lambda x: x, [1], [2])))


run(main)
