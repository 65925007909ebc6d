"""Names in class bodies and comprehensions do not leak."""
from interleave import *

x = "global"


class C:
    x = "class"
    y = x + "!"

    def get(self):
        return x


def main():
    print(C.x, C.y, C().get(), [x for x in "ab"], x)
    y = 1
    print([y * n for n in range(3)], (lambda y: y + 1)(10), y)


run(main)
