"""Bound methods remember their object; functions of a class take it."""
from interleave import *


class Greeter:
    def __init__(self, word):
        self.word = word

    def greet(self, name):
        return f"{self.word}, {name}!"


def main():
    hello, bye = Greeter("Hello").greet, Greeter("Bye").greet
    print(hello("Ann"), bye("Bob"), Greeter.greet(Greeter("Hey"), "Cy"))
    print([f("x") for f in (hello, bye)])
    g = Greeter("Hi")
    g.greet = lambda name: "replaced " + name
    print(g.greet("Di"))


run(main)
