"""A life, a bank queue, a random walk with a generator of numbers by hand."""
# on: serial loop threads stealing processes
from interleave import *


class Random:
    def __init__(self, seed=42):
        self.state = seed

    def next(self):
        self.state = (self.state * 1103515245 + 12345) % 2 ** 31
        return self.state

    def below(self, n):
        return self.next() // 65536 % n

    def choice(self, items):
        return items[self.below(len(items))]

    def shuffle(self, items):
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]


def step(cells):
    counts = {}
    for x, y in cells:
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                if dx or dy:
                    counts[x + dx, y + dy] = counts.get((x + dx, y + dy), 0) + 1
    return {c for c, n in counts.items() if n == 3 or (n == 2 and c in cells)}


def show(cells):
    xs, ys = [x for x, _ in cells], [y for _, y in cells]
    return "\n".join("".join("#" if (x, y) in cells else "." for x in range(min(xs), max(xs) + 1)) for y in range(min(ys), max(ys) + 1))


async def walk(seed, steps):
    r, x, y = Random(seed), 0, 0
    for _ in range(steps):
        dx, dy = r.choice([(1, 0), (-1, 0), (0, 1), (0, -1)])
        x, y = x + dx, y + dy
    return x, y, (x * x + y * y) ** 0.5


async def main():
    glider = {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)}
    for _ in range(4):
        glider = step(glider)
    print(show(glider), sorted(glider))
    for x, y, far in await gather(*[walk(seed, 100) for seed in range(3)]):
        print(f"({x:+d}, {y:+d}) {far:.2f}")
    cards = [f"{rank}{suit}" for suit in "SH" for rank in "A23"]
    Random(7).shuffle(cards)
    print(cards)
    r = Random()
    rolls = [r.below(6) + r.below(6) + 2 for _ in range(200)]
    for total in range(2, 13):
        n = rolls.count(total)
        print(f"{total:2d} {'*' * (n // 2)} {n}")
    mean = sum(rolls) / len(rolls)
    print(f"{mean:.3f} {(sum((x - mean) ** 2 for x in rolls) / len(rolls)) ** 0.5:.3f} {sorted(rolls)[len(rolls) // 2]}")


run(main)
