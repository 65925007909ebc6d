"""The four parts of try, in every combination of outcomes."""
from interleave import *


def attempt(what):
    try:
        print("try", what)
        if what == "value":
            raise ValueError("v")
        if what == "key":
            {}["k"]
        if what == "return":
            return "returned"
    except ValueError as e:
        print("ValueError", e)
    except KeyError:
        print("KeyError")
    else:
        print("else")
    finally:
        print("finally")
    return "end"


def main():
    for what in ("fine", "value", "key", "return"):
        print(attempt(what))


run(main)
