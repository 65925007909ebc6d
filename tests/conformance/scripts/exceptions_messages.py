"""The texts of the errors that people meet most."""
from interleave import *


def message(f):
    try:
        f()
    except Exception as e:
        print(type(e).__name__ + ":", e)


def main():
    message(lambda: 1 / 0)
    message(lambda: 1 // 0)
    message(lambda: [1, 2][5])
    message(lambda: {}["missing"])
    message(lambda: int("twelve"))
    message(lambda: float("x"))
    message(lambda: [].pop())
    message(lambda: [1].remove(2))
    message(lambda: (1, 2)[7])
    message(lambda: "abc"[9])


run(main)
