"""Names with two underscores are each class's own."""
# on: serial loop threads stealing processes
from interleave import *


class A:
    __made = 0
    __kept__ = "special"

    def __init__(self):
        self.__x = 1
        A.__made += 1

    def get(self):
        return self.__x, self.__hidden(), f"{self.__x}{A.__made}"

    def __hidden(self):
        return "A's"


class _B(A):
    def __init__(self, __named=7):
        super().__init__()
        self.__x = 2
        self.__named = __named

    def both(self):
        __local = [self.__x for __i in range(2)]
        return self.get(), self.__x, self.__named, __local, self.__hidden(), self.__kept__

    def __hidden(self):
        return "B's"


async def main():
    b = _B()
    print(b.both(), b._A__x, b._B__x, _B._A__made)
    for name in ("__x", "_A__x", "_B__x", "__kept__"):
        print(name, hasattr(b, name))
    try:
        print(b.__x)
    except AttributeError as e:
        print(e)
    b.__x = 3
    print(b.__x, b.get())


run(main)
