"""Ways through try, except, else and finally."""
from interleave import *


def f(x):
    try:
        if x == 0:
            return "return in try"
        if x == 1:
            raise ValueError(x)
        if x == 2:
            raise KeyError(x)
        return "end of try"
    except ValueError:
        return "return in except"
    else:
        return "never"
    finally:
        print("finally", x)


def g():
    for i in range(5):
        try:
            if i == 1:
                continue
            if i == 3:
                break
            print("body", i)
        finally:
            print("cleanup", i)
    else:
        print("no break")
    return i


def h():
    try:
        return "try"
    finally:
        return "finally wins"


def k():
    while True:
        try:
            raise RuntimeError
        except RuntimeError:
            break
        finally:
            print("k's finally")
    return "k"


def nested():
    try:
        try:
            raise ValueError("inner")
        except KeyError:
            print("never")
        finally:
            print("inner finally")
    except (ValueError, TypeError) as e:
        print("outer", e)
    else:
        print("never")


async def main():
    for x in range(4):
        try:
            print(f(x))
        except KeyError as e:
            print("KeyError", e)
    print(g(), h(), k())
    nested()
    try:
        raise ValueError("kept")
    except ValueError as e:
        kept = e
    print(kept)
    try:
        assert 1 > 2, "math"
    except AssertionError as e:
        print("assert:", e)


run(main)
