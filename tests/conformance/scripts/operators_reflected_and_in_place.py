"""Reflected and in-place operators, NotImplemented, and who is asked first."""
from interleave import *

log = []


class Left:
    def __add__(self, other):
        log.append("Left.__add__")
        return NotImplemented if isinstance(other, Right) else "left+"

    def __sub__(self, other): return "left-"
    def __radd__(self, other): return f"{other!r}+left"
    def __rsub__(self, other): return f"{other!r}-left"
    def __rmul__(self, other): return f"{other!r}*left"
    def __rtruediv__(self, other): return f"{other!r}/left"
    def __rfloordiv__(self, other): return f"{other!r}//left"
    def __rmod__(self, other): return f"{other!r}%left"
    def __rpow__(self, other): return f"{other!r}**left"
    def __rlshift__(self, other): return f"{other!r}<<left"
    def __rrshift__(self, other): return f"{other!r}>>left"
    def __rand__(self, other): return f"{other!r}&left"
    def __ror__(self, other): return f"{other!r}|left"
    def __rxor__(self, other): return f"{other!r}^left"


class Right:
    def __repr__(self):
        return "a Right"

    def __radd__(self, other):
        log.append("Right.__radd__")
        return "right"


class Base:
    def __init__(self, tag): self.tag = tag
    def __add__(self, other): return f"Base.add {self.tag}"
    def __radd__(self, other): return f"Base.radd {self.tag}"


class Derived(Base):
    def __radd__(self, other): return f"Derived.radd {self.tag}"


class Bag:
    """In-place operators that change the object itself."""

    def __init__(self, *items): self.items = list(items)
    def __repr__(self): return f"Bag{tuple(self.items)}"

    def __iadd__(self, item):
        self.items.append(item)
        return self

    def __isub__(self, item):
        self.items.remove(item)
        return self

    def __ior__(self, other):
        for item in other.items:
            if item not in self.items:
                self.items.append(item)
        return self

    def __iand__(self, other):
        self.items = [i for i in self.items if i in other.items]
        return self

    def __imul__(self, n):
        self.items = self.items * n
        return self

    def __ilshift__(self, n):
        for _ in range(n):
            self.items.append(self.items.pop(0))
        return self

    def __irshift__(self, n):
        for _ in range(n):
            self.items.insert(0, self.items.pop())
        return self

    def __ixor__(self, other): return "xor gives something else"
    def __ipow__(self, n): return Bag(*[i ** n for i in self.items])
    def __imod__(self, n): return Bag(*[i % n for i in self.items])
    def __itruediv__(self, n): return Bag(*[i / n for i in self.items])
    def __ifloordiv__(self, n): return Bag(*[i // n for i in self.items])


class Bits:
    def __init__(self, n): self.n = n
    def __and__(self, o): return Bits(self.n & o.n)
    def __or__(self, o): return Bits(self.n | o.n)
    def __xor__(self, o): return Bits(self.n ^ o.n)
    def __lshift__(self, k): return Bits(self.n << k)
    def __rshift__(self, k): return Bits(self.n >> k)
    def __pow__(self, k): return Bits(self.n ** k)
    def __repr__(self): return bin(self.n)


async def main():
    l, r = Left(), Right()
    print(l + r, log)
    log.clear()
    print(l + 1, 1 + l, log)
    print(2 - l, 2 * l, 2 / l, 2 // l, 2 % l, 2 ** l, 2 << l, 2 >> l, 2 & l, 2 | l, 2 ^ l, sep="; ")
    print([1] + l, None + l, (1,) * l)
    print(Base(1) + Derived(2), Derived(1) + Base(2), Base(1) + Base(2), 5 + Derived(3))
    try:
        print(r + l)
    except TypeError as e:
        print(e)
    try:
        print(r + 1)
    except TypeError as e:
        print(e)
    try:
        r += 1
    except TypeError as e:
        print(e)

    bag = same = Bag(1, 2, 3)
    bag += 4
    bag -= 2
    bag |= Bag(3, 9)
    print(bag, same is bag)
    bag &= Bag(9, 3, 1)
    bag <<= 1
    print(bag, same)
    bag >>= 2
    bag *= 2
    print(same)
    bag **= 2
    print(bag, same is bag)
    bag %= 5
    bag //= 2
    print(bag)
    bag /= 2
    print(bag)
    bag ^= None
    print(bag)

    a, b = Bits(0b1100), Bits(0b1010)
    print(a & b, a | b, a ^ b, a << 2, b >> 1, b ** 2)
    a |= b
    a <<= 1
    print(a)


run(main)
