"""Date time, as a pupil would write it."""
# on: serial loop threads stealing processes
from interleave import *

DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()


def leap(y): return y % 4 == 0 and (y % 100 != 0 or y % 400 == 0)
def length(y, m): return 28 + leap(y) if m == 2 else 30 + (m in (1, 3, 5, 7, 8, 10, 12))


class Date:
    def __init__(self, y, m, d):
        if not 1 <= m <= 12 or not 1 <= d <= length(y, m):
            raise ValueError(f"no such day: {y:04}-{m:02}-{d:02}")
        self.y, self.m, self.d = y, m, d
    @classmethod
    def parse(cls, text):
        return cls(*map(int, text.split("-")))
    def number(self):
        return sum(365 + leap(y) for y in range(1970, self.y)) + sum(length(self.y, m) for m in range(1, self.m)) + self.d - 1
    @staticmethod
    def of_number(n):
        y = 1970
        while n >= 365 + leap(y):
            n -= 365 + leap(y)
            y += 1
        m = 1
        while n >= length(y, m):
            n -= length(y, m)
            m += 1
        return Date(y, m, n + 1)
    def weekday(self): return DAYS[(self.number() + 3) % 7]
    def __sub__(self, o): return self.number() - o.number() if isinstance(o, Date) else Date.of_number(self.number() - o)
    def __add__(self, n): return Date.of_number(self.number() + n)
    def __lt__(self, o): return (self.y, self.m, self.d) < (o.y, o.m, o.d)
    def __repr__(self): return f"Date({self.y}, {self.m}, {self.d})"
    def __str__(self): return f"{self.weekday()} {self.d:02d}.{self.m:02d}.{self.y}"


def calendar(y, m):
    first = DAYS.index(Date(y, m, 1).weekday())
    cells = ["  "] * first + [f"{d:2}" for d in range(1, length(y, m) + 1)]
    rows = [" ".join(cells[i:i + 7]) for i in range(0, len(cells), 7)]
    return "\n".join(["Mo Tu We Th Fr Sa Su", *rows])


async def main():
    a, b = Date(2024, 2, 28), Date.parse("2023-12-31")
    print(a, "|", b, "|", a + 2, "|", a - b, "|", a - 59, "|", sorted([a, b])[0], [a, b])
    for bad in ("2023-02-29", "2023-13-01", "2023-x-01", "2023-01"):
        try:
            print(Date.parse(bad))
        except ValueError as e:
            print("ValueError", e)
        except TypeError as e:
            print("TypeError", "missing" in str(e))
    print(calendar(2024, 2))
    print([y for y in range(1990, 2030) if leap(y)], [length(2023, m) for m in range(1, 13)])
    def clock(s): return f"{s // 3600:02}:{s % 3600 // 60:02}:{s % 60:02}"
    print(clock(3661), clock(86399), *(f"{m}m" for m in range(0, 60, 20)))


run(main)
