"""staticmethod, classmethod and property."""
from interleave import *


class Temperature:
    count = 0

    def __init__(self, celsius):
        self.celsius = celsius
        Temperature.count += 1

    @property
    def fahrenheit(self):
        return self.celsius * 9 / 5 + 32

    @classmethod
    def from_fahrenheit(cls, f):
        return cls((f - 32) * 5 / 9)

    @staticmethod
    def freezing():
        return 0


def main():
    t = Temperature.from_fahrenheit(212)
    print(t.celsius, t.fahrenheit, Temperature.freezing(), t.freezing(), Temperature.count)


run(main)
