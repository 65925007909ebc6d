"""yield from delegates: values, sends, exceptions and the result."""
from interleave import *


def inner():
    try:
        a = yield 1
        b = yield a + 1
        return b * 10
    except ValueError:
        yield "inner caught"
        return "recovered"


def outer():
    result = yield from inner()
    yield ("result", result)
    yield from [7, 8]
    yield from "xy"


def main():
    o = outer()
    print(next(o), o.send(5), o.send(6), list(o))
    p = outer()
    print(next(p), p.throw(ValueError), next(p), next(p))


run(main)
