"""elif chains, pass, conditions on one line, the walrus."""
from interleave import *


def grade(n):
    if n >= 90:
        return "A"
    elif n >= 80:
        return "B"
    elif n >= 70:
        pass
    else:
        return "F"
    return "C"


def main():
    print([grade(n) for n in (95, 85, 75, 10)])
    if (n := len("hello")) > 3: print("long", n)
    data = [1, 2, 3, 0, 4]
    i = 0
    while (x := data[i]) != 0:
        print(x, end=" ")
        i += 1
    print([y for x in range(5) if (y := x * x) > 3])


run(main)
