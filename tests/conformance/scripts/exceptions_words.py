"""Exceptions that people meet, with their texts."""
from interleave import *


class AppError(Exception):
    pass


class NotFound(AppError):
    def __init__(self, what, code=404):
        super().__init__(what, code)
        self.code = code

    def __str__(self):
        return f"{self.args[0]} not found ({self.code})"


def attempt(work):
    try:
        return work()
    except Exception as e:
        return f"{type(e).__name__}: {e}"


def main():
    empty = []
    d = {"a": 1}
    checks = [
        lambda: empty[0], lambda: empty.pop(), lambda: d["b"], lambda: d.popitem() and d.popitem(), lambda: {}["x"], lambda: (1, 2)[5], lambda: "abc"[10],
        lambda: 1 / 0, lambda: 1 // 0, lambda: 1 % 0, lambda: 1.0 / 0, lambda: int("x"), lambda: float("y"), lambda: int(None), lambda: len(5),
        lambda: None + 1, lambda: "a" + 1, lambda: 1 + "a", lambda: [1] + (2,), lambda: "a" * "b", lambda: -"a", lambda: {} < {}, lambda: 1 < "a", lambda: None > 1,
        lambda: None.x, lambda: (5).x, lambda: "s".nothing(), lambda: [].add(1), lambda: 5(), lambda: None(), lambda: [1, 2].index(3), lambda: (1,).index(2), lambda: [].remove(1),
        lambda: next(iter([])), lambda: max([]), lambda: min(()), lambda: sum(["a"]), lambda: sorted([1, "a"]), lambda: {[]: 1}, lambda: {1}.pop() + "x", lambda: set().pop(),
        lambda: iter(5), lambda: list(5), lambda: dict([1]), lambda: tuple(None), lambda: range(1.5), lambda: range(1, 5, 0), lambda: chr(-1), lambda: ord("ab"), lambda: "abc".join([1]),
        lambda: "x".split(""), lambda: round("a"), lambda: abs("a"), lambda: isinstance(1, 1), lambda: divmod(1, 0), lambda: 2 ** -1, lambda: 0 ** -1, lambda: [1, 2][1:"a"], lambda: [1, 2]["a"],
        lambda: "a,b".split(1), lambda: {1: 2}.get(), lambda: getattr(5, "x"), lambda: print(sep=1), lambda: (lambda x: x)(), lambda: (lambda: 1)(2), lambda: next(5), lambda: reversed(5), lambda: enumerate(5), lambda: zip(5),
    ]
    for check in checks:
        print(attempt(check))
    for kind in [NotFound("page"), NotFound("user", 410), AppError("plain"), AppError(), AppError("two", "args"), KeyError("k"), ValueError(), OSError("io")]:
        print(repr(kind), "|", str(kind), "|", kind.args)
    try:
        raise NotFound("thing")
    except (KeyError, AppError) as e:
        print(type(e).__name__, e.code, isinstance(e, AppError), NotFound.__name__, e.__class__.__name__)
    try:
        try:
            d["zzz"]
        except KeyError as e:
            raise AppError("wrapped") from e
    except AppError as e:
        print(e, repr(e.__cause__), e.__cause__ is e.__context__)
    try:
        a, b = [1]
    except ValueError as e:
        print(e)
    try:
        a, b = 1, 2, 3
    except ValueError as e:
        print(e)
    try:
        x = y = undefined if False else None
        for i in None:
            pass
    except TypeError as e:
        print(e)


undefined = None
run(main)
