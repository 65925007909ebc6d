"""An exception unwinds through calls, loops and comprehensions."""
from interleave import *


def inverse(x):
    return 1 / x


def table(numbers):
    try:
        return [inverse(n) for n in numbers]
    finally:
        print("table done")


def main():
    for numbers in ([1, 2, 4], [1, 0, 2]):
        try:
            print(table(numbers))
        except ZeroDivisionError:
            print("a zero in", numbers)
    total = 0
    for text in ["1", "x", "3", ""]:
        try:
            total += int(text)
        except ValueError:
            continue
        finally:
            total += 100
    print(total)


run(main)
