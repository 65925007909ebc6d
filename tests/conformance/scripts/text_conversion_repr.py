"""str() and repr() of everything."""
from interleave import *


class Plain:
    pass


class Named:
    def __init__(self, n): self.n = n
    def __repr__(self): return f"Named({self.n!r})"


class Both(Named):
    def __str__(self): return f"<{self.n}>"


async def main():
    n, b = Named("x"), Both("y")
    print(n, b, [n, b], (b,), {b: n} if False else {"k": b}, f"{b} {b!r} {b!s:>5}", str(b), repr(b), "%s %r" % (b, b), "{} {!r}".format(b, b))
    print(str([1, "a", None, True, 1.5, (1,), {"k": [2]}, {3}]), repr("it's"), repr('say "hi"'), repr("both ' and \""), repr("tab\t nl\n \\ é \x00 \x7f"))
    print(str(None), str(True), bool("False"), int("12") + float("1.5"), list("abc"), tuple([1]), set("aab") == {"a", "b"}, dict(a=1))
    print(repr(range(1, 5)), repr(range(0, 10, 2)), str(len), repr(1e5), repr(ValueError("x", 2)), [ValueError("e")], str(ValueError()), repr(KeyError("k")))
    print(type(n).__name__, Named.__name__, type(1).__name__, type("").__name__, type(None).__name__, type([]).__name__, type(print).__name__ if False else "", type(lambda: 0).__name__)
    print("a" "b" 'c', """multi
line""", r"raw\n", "esc\x41\u00e9\N{DASH}" if False else "esc\x41\u00e9", "\t|", '\'', "con\
tinued")
    print(print("inner"), end="!\n")
    print(1, "a", [2], sep=", ", end=".\n")
    print()
    print("no", "space", sep="")
    print(*[1, 2, 3], sep="\n")


run(main)
