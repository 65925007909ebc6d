"""Money: formatted, rounded, added up; a bag with items."""
from interleave import *


class Money:
    def __init__(self, cents):
        self.cents = cents

    def __eq__(self, other): return isinstance(other, Money) and self.cents == other.cents
    def __lt__(self, other): return self.cents < other.cents
    def __le__(self, other): return self.cents <= other.cents
    def __hash__(self): return hash(self.cents)
    def __str__(self): return f"${self.cents / 100:.2f}"
    def __repr__(self): return f"Money({self.cents})"
    def __format__(self, spec): return format(str(self), spec)
    def __int__(self): return self.cents
    def __float__(self): return self.cents / 100
    def __iadd__(self, other):
        self.cents += other.cents
        return self
    def __add__(self, other): return Money(self.cents + other.cents)
    def __radd__(self, other): return self if other == 0 else NotImplemented
    def __truediv__(self, k): return Money(self.cents // k) if isinstance(k, int) else self.cents / k.cents
    def __floordiv__(self, k): return self.cents // k.cents
    def __mod__(self, k): return Money(self.cents % k.cents)
    def __pow__(self, k): return Money(self.cents ** k)
    def __round__(self, n=0): return Money(round(self.cents, -2))
    def __pos__(self): return self
    def __invert__(self): return Money(~self.cents)
    def __and__(self, o): return "and"
    def __ror__(self, o): return f"{o} or"
    def __lshift__(self, o): return "shift"


class Bag:
    def __init__(self): self.d = {}
    def __getitem__(self, k): return self.d.get(k, "nothing")
    def __setitem__(self, k, v): self.d[k] = v
    def __delitem__(self, k): del self.d[k]
    def __contains__(self, k): return k in self.d
    def __len__(self): return len(self.d)
    def __getattr__(self, name):
        if name.startswith("x_"):
            return f"made {name}"
        raise AttributeError(name)


async def main():
    a, b = Money(1250), Money(300)
    print(a, repr(a), f"{a:>10}|{b!r}", int(a), float(a), a == Money(1250), a != b, sorted([a, b]), max(a, b), a > b, a >= b)
    print(sum([a, b]), a / 2, a / b, a // b, a % b, b ** 2, round(a), +a, ~a, a & b, 1 | a, a << 1)
    c = a
    a += b
    print(a is c, a, {Money(1): "one"}[Money(1)], len({Money(1), Money(1), Money(2)}))
    bag = Bag()
    bag["k"] = 1
    bag["k"] += 5
    print(bag["k"], bag["none"], "k" in bag, len(bag), bool(Bag()), bag.x_1, hasattr(bag, "y"), bool(bag))
    del bag["k"]
    print(len(bag), bag["k"])
    try:
        a < 5
    except AttributeError as e:
        print(e)
    try:
        a - b
    except TypeError as e:
        print(e)
    try:
        bag.zzz
    except AttributeError as e:
        print(e)


run(main)
