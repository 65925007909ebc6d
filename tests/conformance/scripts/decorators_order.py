"""Decorators apply from the bottom up, when the function is made."""
from interleave import *


def tag(name):
    print("made", name)

    def decorate(f):
        print("applied", name)

        def wrapper(*args, **kwargs):
            return f"<{name}>" + f(*args, **kwargs) + f"</{name}>"
        return wrapper
    return decorate


@tag("b")
@tag("i")
def text(t, end="."):
    return t + end


def main():
    print(text("hi"), text("hi", end="!"))


run(main)
