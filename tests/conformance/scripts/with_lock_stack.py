"""A with whose __exit__ releases what __enter__ took, nested by a helper class."""
from interleave import *


class Stack:
    def __init__(self):
        self.calls = []

    def push(self, f, *args):
        self.calls.append((f, args))

    def __enter__(self):
        return self

    def __exit__(self, *details):
        while self.calls:
            f, args = self.calls.pop()
            f(*args)


def main():
    out = []
    with Stack() as stack:
        for i in range(3):
            stack.push(out.append, i)
        print("inside", out)
    print("after", out)


run(main)
