"""raise alone passes the same exception on; raise from keeps the cause."""
from interleave import *


def low():
    raise KeyError("k")


def middle():
    try:
        low()
    except KeyError as e:
        print("seen", e)
        raise


def high():
    try:
        middle()
    except KeyError as e:
        raise RuntimeError("high level") from e


def main():
    try:
        high()
    except RuntimeError as e:
        print(e, repr(e.__cause__))
    try:
        try:
            1 / 0
        except ZeroDivisionError:
            raise ValueError("second")
    except ValueError as e:
        print(e, type(e.__context__).__name__)


run(main)
