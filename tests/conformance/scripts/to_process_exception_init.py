"""An exception class with its own __init__ comes home from another process whole."""
# on: serial loop threads
# clock: real
from interleave import *


class Refused(Exception):
    def __init__(self, code, *, why):
        super().__init__(f"{code}: {why}")
        self.code, self.why = code, why


def fail(n):
    if n == 1:
        raise Refused(404, why="gone")
    try:
        raise Refused(500, why="inner")
    except Refused as e:
        raise KeyError("outer") from e


async def main():
    try:
        await to_process(fail, 1)
    except Refused as e:
        print(e, e.code, e.why, e.args)
    try:
        await to_process(fail, 2)
    except KeyError as e:
        print(repr(e), repr(e.__cause__), e.__cause__.code)


run(main)
