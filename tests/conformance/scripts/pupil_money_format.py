"""Money format, as a pupil would write it."""
# on: serial loop threads stealing processes
from interleave import *


class Money:
    def __init__(self, cents, currency="EUR"):
        self.cents, self.currency = cents, currency
    @classmethod
    def of(cls, text):
        amount, currency = text.split()
        whole, _, part = amount.partition(".")
        return cls(int(whole) * 100 + int((part + "00")[:2]), currency)
    def _same(self, o):
        if self.currency != o.currency:
            raise TypeError(f"cannot mix {self.currency} and {o.currency}")
    def __add__(self, o): self._same(o); return Money(self.cents + o.cents, self.currency)
    def __sub__(self, o): self._same(o); return Money(self.cents - o.cents, self.currency)
    def __mul__(self, n): return Money(round(self.cents * n), self.currency)
    def __truediv__(self, n): return self * (1 / n)
    def split(self, n):
        share, rest = divmod(self.cents, n)
        return [Money(share + (i < rest), self.currency) for i in range(n)]
    def __lt__(self, o): self._same(o); return self.cents < o.cents
    def __eq__(self, o): return (self.cents, self.currency) == (o.cents, o.currency)
    def __str__(self): return f"{self.cents // 100:,}.{self.cents % 100:02d} {self.currency}"
    def __repr__(self): return f"Money({self.cents})"


async def main():
    a, b = Money.of("1234.5 EUR"), Money.of("0.05 EUR")
    print(a, b, a + b, a - b, a * 1.19, a / 3, sep=" | ")
    print(a.split(7), sum((m.cents for m in a.split(7))) == a.cents, max(a, b), a == Money(123450), min([a, b]))
    try:
        a + Money.of("1 USD")
    except TypeError as e:
        print(e)
    bill = {"tea": (3, 2.5), "cake": (2, 4.25), "tip": (1, 1)}
    print(f"{'item':^10}|{'n':^5}|{'sum':^9}")
    print(f"{'':-^10}+{'':-^5}+{'':-^9}")
    for name, (n, price) in bill.items():
        print(f"{name:10}|{n:5}|{n * price:9.2f}")
    print(f"{'total':10}|{sum(n for n, _ in bill.values()):5}|{sum(n * p for n, p in bill.values()):9.2f}")
    width, precision = 12, 3
    print(f"{3.14159:{width}.{precision}f}|{'x':>{width}}|{42:#010b}|{-42:<8}|{0.000123:.2g}|{1e10:,.0f}|{12345.678:_.1f}")


run(main)
