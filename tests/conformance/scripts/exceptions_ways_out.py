"""try, finally, return, loops and their order."""
from interleave import *


def f(n):
    try:
        if n == 0:
            return "returned"
        if n == 1:
            raise KeyError("one")
        if n == 2:
            1 // 0
    except KeyError as e:
        return f"caught {e}"
    except ZeroDivisionError:
        print("dividing")
        raise
    else:
        return "else"
    finally:
        print("finally", n)


def overriding():
    try:
        raise ValueError("lost")
    finally:
        return "finally wins"


def loop():
    out = []
    for i in range(5):
        try:
            if i == 1:
                continue
            if i == 3:
                break
            out.append(i)
        finally:
            out.append(f"f{i}")
    else:
        out.append("never")
    return out


def nested():
    try:
        try:
            raise TypeError("inner")
        finally:
            print("inner finally")
    except TypeError as e:
        try:
            raise RuntimeError("outer") from e
        except RuntimeError as r:
            return repr(r), repr(r.__cause__), repr(r.__context__)


class Manager:
    def __init__(self, name, swallow=False):
        self.name, self.swallow = name, swallow

    def __enter__(self):
        print("enter", self.name)
        return self.name

    def __exit__(self, kind, error, trace):
        print("exit", self.name, kind.__name__ if kind else None, error)
        return self.swallow


def managed():
    with Manager("a") as a, Manager("b", True) as b:
        print(a, b)
        raise OSError("in the block")
    print("after")
    for n in range(3):
        with Manager(n):
            if n == 1:
                return "left from inside"


def generator():
    try:
        yield 1
        yield 2
    except GeneratorExit:
        print("closed")
        raise
    finally:
        print("cleaned")


def main():
    for n in range(4):
        try:
            print(f(n))
        except ZeroDivisionError as e:
            print("outside", e)
    print(overriding(), loop(), nested())
    print(managed())
    g = generator()
    print(next(g))
    g.close()
    for x in generator():
        if x == 1:
            break
    while True:
        try:
            break
        finally:
            print("leaving")
    try:
        assert 1 == 2, "arithmetic %d" % 1
    except AssertionError as e:
        print(type(e).__name__, e)


run(main)
