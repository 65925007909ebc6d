"""What an exception was raised from."""
from interleave import *


class AppError(Exception):
    def __init__(self, code, *args):
        super().__init__(code, *args)
        self.code = code

    def __str__(self):
        return f"[{self.code}] " + " ".join(map(str, self.args[1:]))


class NotFound(AppError):
    pass


def find(d, key):
    try:
        return d[key]
    except KeyError as e:
        raise NotFound(404, key, "is missing") from e


def chain(e):
    while e:
        yield type(e).__name__, str(e)
        e = e.__cause__


async def main():
    try:
        find({}, "door")
    except AppError as e:
        print(e, e.code, e.args, repr(e.__cause__))
        print(list(chain(e)))
    try:
        try:
            int("x")
        except ValueError:
            raise RuntimeError("hidden") from None
    except RuntimeError as e:
        print(e, e.__cause__)
    try:
        raise NotFound
    except TypeError as e:
        print("TypeError", e)
    e = ValueError("a", 1)
    print(e, repr(e), e.args, ValueError(), repr(ValueError()), str(KeyError("k")), KeyError("k"))


run(main)
