"""NotImplemented, in-place operators, unary ones, and conversions."""
from interleave import *


class Vector:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented
        return Vector(self.x + other.x, self.y + other.y)

    def __radd__(self, other):
        return self if other == 0 else NotImplemented

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k) if isinstance(k, (int, float)) else NotImplemented

    __rmul__ = __mul__

    def __iadd__(self, other):
        self.x += other.x
        self.y += other.y
        return self

    def __neg__(self):
        return Vector(-self.x, -self.y)

    def __pos__(self):
        return self

    def __invert__(self):
        return Vector(self.y, self.x)

    def __abs__(self):
        return (self.x**2 + self.y**2) ** 0.5

    def __round__(self, digits=0):
        return Vector(round(self.x, digits), round(self.y, digits))

    def __int__(self):
        return int(abs(self))

    def __float__(self):
        return float(abs(self))

    def __eq__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented
        return (self.x, self.y) == (other.x, other.y)

    def __lt__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented
        return abs(self) < abs(other)

    def __repr__(self):
        return f"Vector({self.x}, {self.y})"


class Flags:
    def __init__(self, bits):
        self.bits = bits

    def __or__(self, other): return Flags(self.bits | other.bits)
    def __and__(self, other): return Flags(self.bits & other.bits)
    def __ior__(self, other):
        self.bits |= other.bits
        return self
    def __rlshift__(self, n): return n << self.bits
    def __repr__(self): return f"Flags({self.bits:#06b})"


def failing(what, work):
    try:
        print(what, work())
    except TypeError as e:
        print(what, "TypeError:", e)


def main():
    a, b = Vector(3, 4), Vector(1, 2)
    print(a + b, a * 2, 3 * a, -a, +a, ~a, abs(a), round(Vector(1.26, 2.349), 1), int(a), float(a))
    print(sum([a, b]), a == Vector(3, 4), a != b, a == 5, a != 5, a < b, b < a, a > b, max([b, a]), sorted([a, b]))
    alias = a
    a += b
    print(a, alias is a)
    failing("add", lambda: a + 1)
    failing("radd", lambda: 1 + a)
    failing("mul", lambda: a * "x")
    failing("less", lambda: a < 3)
    failing("greater", lambda: 3 > a)
    failing("equal", lambda: a == "x")
    f = Flags(1)
    g = f
    f |= Flags(4)
    print(f, g is f, f & Flags(4), f | Flags(8), 1 << Flags(3))
    print(NotImplemented, a.__eq__(5) is NotImplemented)
    n = 5
    n += 1
    n -= 2
    n <<= 3
    print(n)


run(main)
