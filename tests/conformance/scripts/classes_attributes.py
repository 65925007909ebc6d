"""Attributes of objects and of classes; one hides the other."""
from interleave import *


class Dog:
    kind = "canine"
    tricks = []

    def __init__(self, name):
        self.name = name

    def learn(self, trick):
        self.tricks.append(trick)
        return self


def main():
    a, b = Dog("Fido"), Dog("Rex")
    a.learn("sit").learn("roll")
    print(a.name, b.name, a.kind, b.tricks, Dog.tricks is a.tricks)
    a.kind = "own"
    Dog.kind = "changed"
    print(a.kind, b.kind, hasattr(a, "name"), hasattr(a, "age"), getattr(a, "age", "no age"))
    setattr(a, "age", 3)
    print(a.age, type(a).__name__, type(a) is Dog, isinstance(a, Dog))
    del a.kind
    print(a.kind)


run(main)
