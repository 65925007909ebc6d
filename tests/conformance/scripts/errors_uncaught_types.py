"""Sixty mistakes and what Python says of them."""
from interleave import *


def attempt(label, f):
    try:
        print(label, f())
    except Exception as e:
        print(label, type(e).__name__, "|", e)


class P:
    x = 1

    def m(self):
        return self.y


async def main():
    attempt(1, lambda: [1, 2][5])
    attempt(2, lambda: {"a": 1}["b"])
    attempt(3, lambda: "abc"[10])
    attempt(4, lambda: (1,)[2])
    attempt(5, lambda: P().m())
    attempt(6, lambda: P.zzz)
    attempt(7, lambda: None.foo)
    attempt(8, lambda: None + 1)
    attempt(9, lambda: "a" * "b")
    attempt(10, lambda: [1] + (2,))
    attempt(11, lambda: {} + {})
    attempt(12, lambda: len(5))
    attempt(13, lambda: int([]))
    attempt(14, lambda: float("x"))
    attempt(15, lambda: sorted([1, "a"]))
    attempt(16, lambda: max([]))
    attempt(17, lambda: sum(["a"]))
    attempt(18, lambda: "x".join([1]))
    attempt(19, lambda: [].pop())
    attempt(20, lambda: {}.popitem())
    attempt(21, lambda: [1].remove(2))
    attempt(22, lambda: [1].index(2))
    attempt(23, lambda: "abc".index("z"))
    attempt(24, lambda: next(iter([])))
    attempt(25, lambda: set().pop())
    attempt(26, lambda: range(0, 5, 0))
    attempt(27, lambda: chr(-1))
    attempt(28, lambda: ord("ab"))
    attempt(29, lambda: {[]: 1})
    attempt(30, lambda: 1 in 5)
    attempt(31, lambda: P()())
    attempt(32, lambda: P(1))
    attempt(33, lambda: P() < P())
    attempt(34, lambda: P() + 1)
    attempt(35, lambda: P()[0])
    attempt(36, lambda: list(P()))
    attempt(37, lambda: [x for x in 3])
    attempt(38, lambda: "%d" % "x")
    attempt(39, lambda: f"{'a':d}")
    attempt(40, lambda: "{}".format())
    attempt(41, lambda: isinstance(1, "int"))
    attempt(42, lambda: zip(1))
    attempt(43, lambda: abs("a"))
    attempt(44, lambda: round("a"))
    attempt(45, lambda: int("5", 40))
    attempt(46, lambda: [3, 2].sort(key=5))
    attempt(47, lambda: "a" < 1)
    attempt(48, lambda: {1: 2}.update(5))
    attempt(49, lambda: dict([1]))
    attempt(50, lambda: "abc".split(""))
    attempt(51, lambda: (1).real if False else [][0])
    attempt(52, lambda: enumerate(5))
    attempt(53, lambda: reversed({1}))
    attempt(54, lambda: P() in P())
    attempt(55, lambda: len(P()))
    attempt(56, lambda: -P())
    attempt(57, lambda: hash([]))
    attempt(58, lambda: "a".foo())
    attempt(59, lambda: [].foo)
    attempt(60, lambda: divmod(1, 0))


run(main)
