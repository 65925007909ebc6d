"""Slices of lists, texts, tuples and ranges: to read, to assign, to delete."""
from interleave import *


def attempt(what, f):
    try:
        print(what, "->", f())
    except (ValueError, TypeError, IndexError) as e:
        print(what, "->", type(e).__name__, e)


def assign(items, low, high, new, step=None):
    items = list(items)
    if step is None:
        items[low:high] = new
    else:
        items[low:high:step] = new
    return items


def delete(items, low, high, step=1):
    items = list(items)
    del items[low:high:step]
    return items


async def main():
    a = list(range(10))
    print(a[2:5], a[:3], a[7:], a[:], a[-3:], a[:-7])
    print(a[::2], a[1::3], a[::-1], a[8:2:-2], a[-1:-4:-1], a[5:5], a[8:3])
    print(a[100:], a[-100:2], a[:100:4], a[9:-100:-3], a[None:3], a[::None])
    s = "concurrency"
    print(s[:3], s[3:], s[-4:], s[::-1], s[1:-1:3], s[20:], repr(s[5:2]), s[0], s[-1])
    t = (1, 2, 3, 4)
    print(t[1:], t[::-1], t[:0], t[-2:], t[:] is t)
    r = range(0, 100, 10)
    print(r[2], r[-1], r[2:4], r[::-1], list(r[::3]), len(r[1:]), 50 in r, 55 in r, r.index(30), r.count(40))
    print(range(5)[1:], range(10, 0, -3), list(range(10, 0, -3)), len(range(3, 3)), bool(range(0)), range(2, 8, 3) == range(2, 7, 3))

    print(assign(a, 2, 5, []), assign(a, 0, 0, "xy"), assign(a, 9, 99, [1, 2]), sep="\n")
    print(assign(a, 8, 2, ["in"]), assign(a, None, None, (n for n in "gen")), sep="\n")
    print(assign(a, None, None, "abcde", 2), assign(a, None, None, a, -1), sep="\n")
    attempt("too few", lambda: assign(a, 0, 10, [1, 2], 3))
    attempt("step 0", lambda: a[::0])
    attempt("not iterable", lambda: assign(a, 0, 1, 5))
    attempt("float", lambda: a[1.5:])
    attempt("text index", lambda: s["1"])
    attempt("tuple", lambda: t[1, 2])
    attempt("bool", lambda: a[True])
    print(delete(a, 2, 8), delete(a, None, None, 3), delete(a, -1, None), delete(a, None, None, -2), delete(a, 3, 3), sep="\n")

    b = a[:]
    b[0] = "changed"
    c = a
    c[1] = "both"
    print(a[:2], b[:2], c is a, b is a)
    a[2:4] += ["x", "y"]
    print(a)
    a[0], a[-1] = a[-1], a[0]
    print(a)
    i = 0
    i, a[i] = 3, "at 3"
    print(a)
    del a[0], a[0]
    print(a, len(a))
    a[len(a):] = [1]
    a[:0] = [0]
    print(a)
    text = "key=value=more"
    at = text.find("=")
    print(text[:at], text[at + 1:], text[text.rfind("=") + 1:])
    grid = ["abc", "def", "ghi"]
    print([row[1] for row in grid], ["".join(col) for col in zip(*grid)], ["".join(col)[::-1] for col in zip(*grid)], [row[::-1] for row in grid[::-1]])
    rotate = lambda xs, k: xs[k:] + xs[:k]
    print(rotate([1, 2, 3, 4, 5], 2), rotate("abcde", -1), rotate((1, 2), 1))


run(main)
