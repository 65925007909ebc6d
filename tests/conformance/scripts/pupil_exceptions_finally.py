"""Exceptions finally, as a pupil would write it."""
# on: serial loop threads stealing processes
from interleave import *

trace = []


def f(n):
    try:
        trace.append(f"try{n}")
        if n == 1:
            return "returned"
        if n == 2:
            raise ValueError("two")
        if n == 3:
            raise KeyError("three")
    except ValueError as e:
        trace.append(f"except {e}")
        return "caught"
    else:
        trace.append("else")
    finally:
        trace.append("finally")
        if n == 4:
            return "from finally"
    return "end"


def nested():
    try:
        try:
            1 / 0
        finally:
            trace.append("inner")
            raise RuntimeError("in finally")
    except RuntimeError as e:
        return repr(e), type(e.__context__).__name__ if e.__context__ else None


def loop():
    for i in range(5):
        try:
            if i == 1:
                continue
            if i == 3:
                break
            trace.append(i)
        finally:
            trace.append(-i)
    else:
        trace.append("never")
    return i


def rethrow():
    try:
        try:
            int("x")
        except ValueError:
            raise
    except ValueError as e:
        return str(e)


async def main():
    for n in range(5):
        try:
            print(n, f(n))
        except KeyError as e:
            print(n, "escaped", e)
    print(trace)
    trace.clear()
    print(nested()[0], loop(), rethrow(), trace)
    try:
        raise Exception("a", 1) from None
    except Exception as e:
        print(e, e.args, repr(e), e.__cause__)
    e = ValueError("kept")
    for _ in range(2):
        try:
            raise e
        except ValueError as again:
            print(again is e)
    try:
        raise FileNotFoundError("gone.txt")
    except (ConnectionError, OSError) as e:
        print(type(e).__name__, e, isinstance(e, OSError), issubclass(ModuleNotFoundError, ImportError))
    for kind in (SyntaxError, IndentationError, ImportError, UnicodeError, PermissionError, UserWarning, BrokenPipeError, FloatingPointError):
        try:
            raise kind("why")
        except (SyntaxError, ImportError, ValueError, OSError, Warning, ArithmeticError) as e:
            print(repr(e), end=" ")
    print()


run(main)
