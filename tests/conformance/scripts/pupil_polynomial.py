"""Polynomial, as a pupil would write it."""
# on: serial loop threads stealing processes
from interleave import *


class Poly:
    def __init__(self, *c):
        c = list(c)
        while c and c[-1] == 0:
            c.pop()
        self.c = tuple(c)
    def __call__(self, x):
        y = 0
        for a in reversed(self.c):
            y = y * x + a
        return y
    def __add__(self, o):
        if isinstance(o, (int, float)):
            o = Poly(o)
        n = max(len(self.c), len(o.c))
        get = lambda p, i: p.c[i] if i < len(p.c) else 0
        return Poly(*[get(self, i) + get(o, i) for i in range(n)])
    __radd__ = __add__
    def __mul__(self, o):
        out = [0] * (len(self.c) + len(o.c))
        for i, a in enumerate(self.c):
            for j, b in enumerate(o.c):
                out[i + j] += a * b
        return Poly(*out)
    def __pow__(self, n):
        out = Poly(1)
        for _ in range(n):
            out *= self
        return out
    def __eq__(self, o): return self.c == o.c
    def derive(self): return Poly(*[i * a for i, a in enumerate(self.c)][1:])
    def __str__(self):
        parts = []
        for i, a in reversed(list(enumerate(self.c))):
            if a:
                sign = "-" if a < 0 else "+"
                size = "" if abs(a) == 1 and i else f"{abs(a):g}"
                parts.append((sign, size + ("x" if i else "") + (f"^{i}" if i > 1 else "")))
        if not parts:
            return "0"
        text = " ".join(f"{s} {t}" for s, t in parts)
        return text[2:] if text.startswith("+") else text.replace("- ", "-", 1)


def newton(f, x, steps=6):
    d = f.derive()
    for _ in range(steps):
        x -= f(x) / d(x)
    return x


async def main():
    p, q = Poly(1, 2), Poly(-1, 0, 3)
    print(p, "|", q, "|", p + q, "|", p * q, "|", p ** 3, "|", q.derive(), "|", 5 + p, "|", Poly())
    print([p(x) for x in range(3)], (p * q)(2) == p(2) * q(2), p == Poly(1, 2, 0), p != q)
    print(f"{newton(Poly(-2, 0, 1), 1.0):.10f}", round(newton(Poly(-27, 0, 0, 1), 5), 6), sum([p, q, p], Poly()))


run(main)
