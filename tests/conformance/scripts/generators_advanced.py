"""send, throw, close, yield from; merge, window and chunks."""
from interleave import *


def averager():
    total = count = 0
    average = None
    while True:
        try:
            x = yield average
        except ValueError as e:
            print("reset because", e)
            total = count = 0
            average = None
            continue
        total += x
        count += 1
        average = total / count


def delegator():
    result = yield from inner()
    print("inner returned", result)
    try:
        yield "more"
    except GeneratorExit:
        print("closing")
        raise


def inner():
    got = yield 1
    print("got", got)
    try:
        yield 2
    except KeyError:
        yield "handled"
    return "done"


def fib():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


def chunks(seq, n):
    for i in range(0, len(seq), n):
        yield seq[i:i + n]


def window(it, n):
    buffer = []
    for x in it:
        buffer.append(x)
        if len(buffer) == n:
            yield tuple(buffer)
            buffer.pop(0)


def primed(f):
    def start(*args):
        g = f(*args)
        next(g)
        return g
    return start


@primed
def collector(target):
    while True:
        item = yield
        target.append(item)


def merge(*sources):
    heads = []
    for s in map(iter, sources):
        for first in s:
            heads.append([first, s])
            break
    while heads:
        heads.sort(key=lambda h: h[0])
        value, s = heads[0]
        yield value
        try:
            heads[0][0] = next(s)
        except StopIteration:
            heads.pop(0)


async def main():
    a = averager()
    next(a)
    print(a.send(10), a.send(20), a.throw(ValueError("new")), a.send(5))
    d = delegator()
    print(next(d), d.send("x"), d.throw(KeyError()), next(d))
    d.close()
    f = fib()
    print([next(f) for _ in range(10)], list(chunks("abcdefg", 3)), list(window(range(5), 3)))
    out = []
    c = collector(out)
    c.send(1), c.send(2)
    c.close()
    try:
        c.send(3)
    except StopIteration:
        print("collector is closed", out)
    print(list(merge([1, 4, 7], [2, 5], [3, 6, 8, 9])))

    def empty():
        return
        yield
    print(list(empty()))
    g = (i * i for i in range(3))
    print(sum(g), sum(g))
    try:
        next(iter([]))
    except StopIteration as e:
        print("stop", e.value)

    def bad():
        raise StopIteration("inside")
        yield
    try:
        list(bad())
    except RuntimeError as e:
        print(e)


run(main)
