"""with calls __enter__ and __exit__, also when an exception passes."""
from interleave import *


class Resource:
    def __init__(self, name, swallow=False):
        self.name, self.swallow = name, swallow

    def __enter__(self):
        print("enter", self.name)
        return self.name.upper()

    def __exit__(self, kind, error, trace):
        print("exit", self.name, kind.__name__ if kind else None, error)
        return self.swallow


def main():
    with Resource("a") as a, Resource("b") as b:
        print(a, b)
    with Resource("quiet", swallow=True):
        raise ValueError("swallowed")
    try:
        with Resource("loud"):
            raise KeyError("passed on")
    except KeyError as e:
        print("caught", e)


run(main)
