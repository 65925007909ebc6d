"""Five philosophers; each takes the fork with the lower number first, so that nobody starves."""
# on: serial loop threads stealing
from interleave import *


class Fork:
    def __init__(self, number):
        self.number = number
        self.lock = Lock()
        self.used = 0

    def __lt__(self, other):
        return self.number < other.number


class Philosopher:
    meals_wanted = 2

    def __init__(self, name, left, right):
        self.name = name
        self.first, self.second = sorted([left, right])
        self.meals = 0

    async def live(self):
        for _ in range(self.meals_wanted):
            await sleep(1 * ms)
            async with self.first.lock:
                async with self.second.lock:
                    self.meals += 1
                    self.first.used += 1
                    self.second.used += 1
                    await sleep(2 * ms)
        return f"{self.name} ate {self.meals} times"

    def __repr__(self):
        return f"Philosopher({self.name!r}, forks={self.first.number},{self.second.number})"


async def main():
    forks = [Fork(i) for i in range(5)]
    names = ["Aristotle", "Bacon", "Camus", "Descartes", "Epicurus"]
    people = [Philosopher(n, forks[i], forks[(i + 1) % 5]) for i, n in enumerate(names)]
    for line in await gather(*[one.live() for one in people]):
        print(line)
    print(people[4], [f.used for f in forks], sum(p.meals for p in people))
    print(max(people, key=lambda p: (p.meals, p.name)).name)


run(main)
