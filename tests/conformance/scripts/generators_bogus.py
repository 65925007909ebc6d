"""A generator that produces and receives at once: the sent value is lost."""
from interleave import *


def countdown(n):
    print("Counting down from", n)
    while n >= 0:
        newvalue = yield n
        if newvalue is not None:
            n = newvalue
        else:
            n -= 1


def main():
    c = countdown(5)
    for n in c:
        print(n)
        if n == 5:
            c.send(3)


run(main)
