"""Properties that are set, __getattr__, old calls of a base's __init__."""
from interleave import *


class Celsius:
    def __init__(self, degrees=0):
        self.degrees = degrees

    @property
    def degrees(self):
        return self._degrees

    @degrees.setter
    def degrees(self, value):
        if value < -273.15:
            raise ValueError("below absolute zero")
        self._degrees = value

    @property
    def fahrenheit(self):
        return self.degrees * 9 / 5 + 32

    @fahrenheit.setter
    def fahrenheit(self, value):
        self.degrees = (value - 32) * 5 / 9

    def get_kelvin(self): return self._degrees + 273.15
    def set_kelvin(self, value): self._degrees = value - 273.15
    kelvin = property(get_kelvin, set_kelvin)


class Proxy:
    def __init__(self, inner):
        self.inner = inner

    def __getattr__(self, name):
        print("asked for", name)
        return getattr(self.inner, name)


class Inner:
    color = "red"

    def greet(self, name, mark="!"):
        return f"hello {name}{mark}"


class Closed:
    @property
    def fixed(self):
        return 1


class OldError(Exception):
    def __init__(self, code):
        Exception.__init__(self, "error number %d" % code)
        self.code = code


class Child(Celsius):
    def __init__(self):
        Celsius.__init__(self, 5)
        self.name = "child"


def main():
    t = Celsius(100)
    print(t.degrees, t.fahrenheit, t.kelvin)
    t.fahrenheit = 212
    t.degrees += 1
    t.kelvin = 300
    print(round(t.degrees, 2))
    try:
        t.degrees = -300
    except ValueError as e:
        print(e)
    setattr(t, "degrees", 20)
    print(t.degrees, Child().degrees)
    p = Proxy(Inner())
    print(p.color, p.greet("Ann"), p.greet("Bob", mark="?"), p.inner.color)
    print(hasattr(p, "color"), hasattr(p, "nothing"), getattr(p, "nothing", "default"))
    try:
        p.missing
    except AttributeError as e:
        print(e)
    try:
        Closed().fixed = 2
    except AttributeError as e:
        print("AttributeError")
    try:
        raise OldError(7)
    except OldError as e:
        print(e, e.code, e.args)


run(main)
