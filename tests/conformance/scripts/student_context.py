"""Context managers as classes."""
# on: serial loop threads stealing processes
from interleave import *


class Timer:
    def __init__(self, log, name):
        self.log, self.name = log, name

    def __enter__(self):
        self.log.append(f"> {self.name}")
        return self

    def __exit__(self, kind, value, trace):
        self.log.append(f"< {self.name}" + (f" ({kind.__name__}: {value})" if kind else ""))
        return False


class Ignore:
    def __init__(self, *kinds):
        self.kinds = kinds

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.caught = value
        return kind is not None and issubclass(kind, self.kinds)


class Indent:
    depth = 0

    def __enter__(self):
        Indent.depth += 1
        return self

    def __exit__(self, *_):
        Indent.depth -= 1

    def say(self, *words):
        print("    " * (Indent.depth - 1), *words, sep="")


async def main():
    log = []
    with Ignore(ValueError, ZeroDivisionError) as ignored, Timer(log, "outer"):
        with Timer(log, "inner"):
            int("12")
        1 / 0
    print(log, repr(ignored.caught))
    with Indent() as page:
        page.say("one")
        with Indent() as page:
            page.say("two ", 2)
        page.say("three")
    try:
        with Ignore(KeyError):
            [][1]
    except IndexError as e:
        print(type(e).__name__, e, Indent.depth)


run(main)
