"""A value sent to a generator that has not begun is an error."""
from interleave import *


def receiver():
    while True:
        print("got", (yield))


def main():
    r = receiver()
    try:
        r.send("too early")
    except TypeError as e:
        print(e)
    r.send(None)
    r.send("now")


run(main)
