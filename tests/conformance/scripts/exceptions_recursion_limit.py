"""Endless recursion is an error that can be caught."""
from interleave import *


def forever(n):
    return forever(n + 1)


def main():
    try:
        forever(0)
    except RecursionError:
        print("too deep")


run(main)
