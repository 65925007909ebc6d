"""`in` an object, and a join of one, whose __iter__ is wrong has CPython's words."""
from interleave import *


class Gives:
    def __init__(self, what):
        self.what = what

    def __iter__(self):
        if self.what == "raise":
            raise TypeError("its own")
        return self.what


class Counts:
    def __getitem__(self, i):
        if i > 2:
            raise IndexError
        return i


async def main():
    for what in (5, [1], "raise", iter([3, 1])):
        try:
            print(1 in Gives(what), 7 not in Gives(what))
        except TypeError as e:
            print(e)
    for what in (5, [1], "raise", iter("ab"), iter([3])):
        try:
            print("-".join(Gives(what)))
        except TypeError as e:
            print(e)
    for what in (5, None, Gives, len):
        try:
            print("-".join(what))
        except TypeError as e:
            print(e)
    for f in (max, min):
        try:
            f(*[])
        except TypeError as e:
            print(e)
    print(2 in Counts(), 5 in Counts())


run(main)
