"""Which except catches what."""
from interleave import *


def kinds(make):
    try:
        make()
    except ZeroDivisionError:
        return "ZeroDivisionError"
    except (KeyError, IndexError) as e:
        return "lookup " + type(e).__name__
    except ArithmeticError:
        return "arithmetic"
    except Exception as e:
        return "other " + type(e).__name__


def main():
    print(kinds(lambda: 1 / 0), kinds(lambda: 1 % 0), kinds(lambda: 1.0 // 0))
    print(kinds(lambda: [][0]), kinds(lambda: {}[0]), kinds(lambda: int("x")), kinds(lambda: "a" + 1))
    print(kinds(lambda: None.x), kinds(lambda: len(3)), kinds(lambda: next(iter([]))), kinds(lambda: [].pop()))
    print(issubclass(KeyError, LookupError), isinstance(ValueError("x"), Exception), issubclass(ZeroDivisionError, ArithmeticError))


run(main)
