"""raise with a class, with an object, with arguments; str and repr."""
from interleave import *


def main():
    for make in (ValueError, ValueError(), ValueError("text"), ValueError("two", 2), KeyError("k"), RuntimeError(5)):
        try:
            raise make
        except Exception as e:
            print(type(e).__name__, repr(str(e)), e.args, repr(e))


run(main)
