"""Which handler takes which exception."""
from interleave import *


class A(Exception): pass
class B(A): pass
class C(B):
    def __init__(self, n=0):
        self.n = n
    def __str__(self): return f"C number {self.n}"


LOOKUPS = (KeyError, IndexError)


def which(e):
    try:
        raise e
    except B as x:
        return "B " + type(x).__name__ + " " + str(x)
    except A:
        return "A"
    except LOOKUPS as x:
        return f"lookup {x!r}"
    except (TypeError, ValueError):
        return "type or value"
    except Exception as x:
        return "other " + type(x).__name__


def reraise():
    try:
        try:
            raise C(1)
        except A as e:
            e.n += 1
            raise
    except C as e:
        return str(e), e.args


def replace():
    try:
        try:
            {}["x"]
        except KeyError as e:
            raise B("wrapped") from e
    except A as e:
        return e.args, type(e.__cause__).__name__, e.__cause__.args


def nothing_matches():
    try:
        try:
            raise A("a")
        except KeyError:
            print("never")
        except B:
            print("never")
        finally:
            print("finally")
    except A as e:
        return e


def in_handler():
    try:
        try:
            raise KeyError("first")
        except KeyError:
            raise ValueError("second")
    except ValueError as e:
        return repr(e), repr(e.__context__), e.__cause__


async def main():
    for e in (C(7), B("b"), A(), KeyError("k"), IndexError("i"), ValueError("v"), ZeroDivisionError("z"), OSError("o"), C):
        print(which(e))
    print(reraise(), replace(), repr(nothing_matches()), in_handler())
    try:
        raise "text"
    except TypeError as e:
        print(e)
    try:
        raise ValueError("a", "b")
    except ValueError as e:
        a, b = e.args
        print(a, b, e)
    print(isinstance(C(), Exception), issubclass(KeyError, LookupError), issubclass(ZeroDivisionError, ArithmeticError), isinstance(OSError(), Exception), issubclass(TimeoutError, OSError), issubclass(CancelledError, Exception))


run(main)
