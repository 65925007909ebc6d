"""What __len__, __bool__, __hash__, __str__, __iter__ and the like may answer, and what Python says of other answers."""
from interleave import *
class Odd:
    def __init__(self, **what): self.what = what
    def __len__(self): return self.what["len"]
class Bool:
    def __init__(self, v): self.v = v
    def __bool__(self): return self.v
class Hash:
    def __init__(self, v): self.v = v
    def __hash__(self): return self.v
    def __eq__(self, o): return True
class Show:
    def __init__(self, v): self.v = v
    def __str__(self): return self.v
    def __repr__(self): return self.v
    def __format__(self, spec): return self.v
class It:
    def __init__(self, v): self.v = v
    def __iter__(self): return self.v
class Conv:
    def __int__(self): return "1"
    def __float__(self): return 1
    def __contains__(self, x): return "yes" if x else ""
class AIt:
    def __init__(self, v): self.v = v
    def __aiter__(self): return self.v
class ANext:
    def __aiter__(self): return self
    def __anext__(self): return 5
def tried(f):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
async def main():
    for v in (3, 0, -1, "x", None, 2.0, True, False):
        tried(lambda: len(Odd(len=v)))
        tried(lambda: bool(Odd(len=v)))
        tried(lambda: "t" if Odd(len=v) else "f")
        tried(lambda: not Odd(len=v))
        tried(lambda: (Odd(len=v) and 1) == 1)
    for v in (True, False, 1, 0, None, "x"):
        tried(lambda: bool(Bool(v)))
        tried(lambda: "t" if Bool(v) else "f")
        tried(lambda: [x for x in [1] if Bool(v)])
        tried(lambda: any([Bool(v)]))
    for v in (5, -7, True, "x", None, 1.5):
        tried(lambda: hash(Hash(v)) == v)
        tried(lambda: len({Hash(v): 1}))
        tried(lambda: len({Hash(v), Hash(v)}))
    for v in ("ok", 5, None):
        for f in (str, repr, lambda x: f"{x}", lambda x: f"{x!r}", lambda x: f"{[x]}", lambda x: "%s" % x, lambda x: "{}".format(x), lambda x: format(x), lambda x: print(x)): tried(lambda: f(Show(v)))
    for v in (iter([1, 2]), [1, 2], 5, (x for x in "ab"), range(2), {1: 2}.keys(), None, map(str, [1]), "ab", zip([1], [2]), reversed([1, 2]), enumerate("a")):
        tried(lambda: list(It(v)))
    for v in ([1, 2], 5, None):
        tried(lambda: [x for x in It(v)])
        tried(lambda: iter(It(v)))
        tried(lambda: sum(It(v)))
        tried(lambda: [*It(v)])
        tried(lambda: dict(zip(It(v), "ab")))
        def un(): a, b = It(v); return a
        tried(un)
        def yf(): yield from It(v)
        tried(lambda: list(yf()))
        tried(lambda: sorted(It(v)))
    tried(lambda: int(Conv())); print(1 in Conv(), 0 in Conv(), 0 not in Conv())
    for v in ([1], 5, It(iter([])), ANext()):
        try:
            async for x in AIt(v): print(x)
        except TypeError as e: print(e)
run(main)
