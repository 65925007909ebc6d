"""A class whose methods are its states."""
from interleave import *


class Light:
    def __init__(self):
        self.state, self.seen = self.red, []

    def red(self):
        self.seen.append("red")
        return self.green

    def green(self):
        self.seen.append("green")
        return self.yellow

    def yellow(self):
        self.seen.append("yellow")
        return self.red

    def step(self):
        self.state = self.state()


def main():
    light = Light()
    for _ in range(5):
        light.step()
    print(light.seen)


run(main)
