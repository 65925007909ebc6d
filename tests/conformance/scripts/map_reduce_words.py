"""Words counted by tasks and merged; functions of functions."""
from interleave import *

LINES = ["the quick brown fox", "the lazy dog", "the fox and the dog", ""]


def reduce(f, items, *start):
    it = iter(items)
    value = start[0] if start else next(it)
    for x in it:
        value = f(value, x)
    return value


def group_by(key, items):
    groups = {}
    for x in items:
        groups.setdefault(key(x), []).append(x)
    return groups


async def count(line):
    await sleep(len(line) * us)
    words = {}
    for w in line.split():
        words[w] = words.get(w, 0) + 1
    return words


def merged(a, b):
    return {k: a.get(k, 0) + b.get(k, 0) for k in {**a, **b}}


async def main():
    total = reduce(merged, await gather(*map(count, LINES)), {})
    print(sorted(total.items(), key=lambda p: (-p[1], p[0])))
    print(group_by(len, "a bb cc d eee".split()), reduce(lambda a, b: a * b, range(1, 6)), reduce(max, [3, 9, 2]))
    compose = lambda *fs: lambda x: reduce(lambda v, f: f(v), fs, x)
    print(compose(str.strip, str.title, lambda s: s[::-1])("  hello world "))
    partial = lambda f, *a, **k: lambda *b, **l: f(*a, *b, **{**k, **l})
    print(partial(sorted, reverse=True)([1, 3, 2]), partial(pow, 2)(5))
    print(list(zip(*[iter(range(6))] * 2)), dict(zip(*[["a", "b"], [1, 2]])), [*map(max, [1, 5], [4, 2])])


run(main)
