"""AttributeError, and what getattr and hasattr make of it."""
from interleave import *


class Empty:
    pass


def main():
    e = Empty()
    try:
        e.colour
    except AttributeError as error:
        print(error)
    e.colour = "red"
    print(e.colour, hasattr(e, "colour"), getattr(e, "size", None))
    try:
        e.shout()
    except AttributeError:
        print("no such method")


run(main)
