"""The name after `as` is unbound at the end of its block."""
from interleave import *


def main():
    e = "before"
    try:
        raise ValueError("x")
    except ValueError as e:
        kept = e
    try:
        print(e)
    except NameError:
        print("gone")
    print(kept, str(kept), repr(kept), kept.args)


run(main)
