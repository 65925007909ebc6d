"""What CPython says of an argument of a wrong type, in its words."""
from interleave import *

def attempt(f):
    try:
        value = f()
        print("well" if "at 0x" in repr(value) or "<" in repr(value) else value)
    except Exception as e:
        print(type(e).__name__, e)
class NoIter:
    __iter__ = None


class NoHash:
    __hash__ = None


class Bad:
    def __float__(self):
        raise ValueError("no")


async def main():
    for v in ["x", 1.5, None, [1]]:
        attempt(lambda: [1].pop(v))
        attempt(lambda: [1].insert(v, 1))
        attempt(lambda: range(v))
        attempt(lambda: [1][v])
        attempt(lambda: (1,)[v])
        attempt(lambda: "abc"[v])
        attempt(lambda: "abc".center(v))
        attempt(lambda: "abc".ljust(v))
        attempt(lambda: "abc".zfill(v))
        attempt(lambda: chr(v))
        attempt(lambda: hex(v))
        attempt(lambda: bin(v))
        attempt(lambda: [1,2].index(1, v))
        attempt(lambda: "a b".split(" ", v))
        attempt(lambda: "a b".replace("a", "b", v))
        attempt(lambda: "abc".find("b", v))
        attempt(lambda: round(1.5, v))
        attempt(lambda: sum([1], v))
        attempt(lambda: enumerate([1], v))
        attempt(lambda: [1] * v)
        attempt(lambda: "a" * v)
        attempt(lambda: "abc"[v:])
        attempt(lambda: [1,2,3][::v])
        attempt(lambda: int("5", v))
        attempt(lambda: divmod(5, v))
        attempt(lambda: pow(2, v))
        attempt(lambda: abs(v))
        attempt(lambda: 1 << v)
        attempt(lambda: ~v)
        attempt(lambda: -v)
        attempt(lambda: v + 1)
        attempt(lambda: ord(v))
        attempt(lambda: len(v))
        attempt(lambda: dict(v))
        attempt(lambda: set(v))
        attempt(lambda: {}[v])
        attempt(lambda: v())
        attempt(lambda: v.foo)
        attempt(lambda: next(v))
        attempt(lambda: reversed(v))
        attempt(lambda: iter(v))
        attempt(lambda: isinstance(1, v))
        attempt(lambda: " ".join(v))
        attempt(lambda: "abc".startswith(v))
        attempt(lambda: "abc".count(v))
        attempt(lambda: sorted([3, 1], key=v))
        attempt(lambda: max(v))
        attempt(lambda: min(1, v))
        attempt(lambda: float(v))
        attempt(lambda: int(v))
        attempt(lambda: f"{v:d}")
        attempt(lambda: f"{v:.2f}")
        attempt(lambda: "%d" % v)
        attempt(lambda: v < 1)
        attempt(lambda: v in "abc")
        attempt(lambda: 1 in v)
        attempt(lambda: [*v])
        attempt(lambda: {**v})
    attempt(lambda: list(NoIter()))
    attempt(lambda: [x for x in NoIter()])
    attempt(lambda: {NoHash()})
    attempt(lambda: {NoHash(): 1})
    attempt(lambda: hash(NoHash()))
    attempt(lambda: zip([1], 5))
    attempt(lambda: zip(NoIter()))
    attempt(lambda: map(str, 5))
    attempt(lambda: map(str, NoIter()))
    attempt(lambda: filter(None, NoIter()))
    attempt(lambda: enumerate(NoIter()))
    attempt(lambda: enumerate(5))
    attempt(lambda: float(Bad()))
    attempt(lambda: list(map(lambda a, b: a + b, [1, 2], [10, 20, 30])))
    attempt(lambda: "a-b".ljust(5, "xy"))
    attempt(lambda: "a-b".startswith(("a", 1)))


run(main)
