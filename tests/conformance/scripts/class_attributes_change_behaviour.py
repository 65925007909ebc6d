"""Methods and properties that come, change and go while the program runs."""
from interleave import *


class Base:
    def name(self): return "base"
    def call(self): return self.name()


class Child(Base):
    pass


def loud(self): return "LOUD"


async def main():
    c = Child()
    print(c.call(), c.name())
    Child.name = loud
    print(c.call(), Base().call())
    c.name = lambda: "own"
    print(c.call(), Child().call())
    del c.name
    print(c.call())
    del Child.name
    print(c.call())
    Base.name = lambda self: "new base"
    print(c.call(), [x.call() for x in (Child(), Base())])
    c.extra = 1
    print(c.extra, hasattr(c, "more"))
    Base.more = property(lambda self: self.extra + 1)
    print(c.more, hasattr(c, "more"))
    try:
        c.more = 5
    except AttributeError:
        print("no setter")
    Base.count = 0
    for _ in range(3):
        Base.count += 1
        c.count += 10
    print(Base.count, c.count, Child.count, Child().count)
    Child.__len__ = lambda self: 0
    print(bool(c), bool(Base()))
    Child.__bool__ = lambda self: True
    print(bool(c))
    Child.call = staticmethod(lambda: "static")
    print(c.call(), Child.call())


run(main)
