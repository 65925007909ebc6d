"""Operands and arguments are evaluated from left to right."""
from interleave import *

log = []


def v(x):
    log.append(x)
    return x


def main():
    v(1) + v(2) * v(3)
    [v(4), v(5)][v(0)]
    dict(a=v(6), b=v(7))
    {v(8): v(9)}
    a = [0, 0]
    a[v(1)] = v(10)
    print(log, a)
    print(v("x") if v(True) else v("y"), log[-2:])


run(main)
