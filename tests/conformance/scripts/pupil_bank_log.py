"""Bank log, as a pupil would write it."""
# on: serial loop threads stealing
from interleave import *


class Ledger:
    def __init__(self):
        self.lock, self.entries = Lock(), []
    async def add(self, who, amount):
        async with self.lock:
            last = self.entries[-1][2] if self.entries else 0
            await sleep(1 * ms)
            self.entries.append((who, amount, last + amount))


async def customer(ledger, name, amounts):
    for a in amounts:
        await ledger.add(name, a)
    return sum(amounts)


async def unsafe(cell, n):
    for _ in range(n):
        value = cell["n"]
        await step()
        cell["n"] = value + 1


async def main():
    ledger = Ledger()
    sums = await gather(*[customer(ledger, n, range(k, k + 3)) for k, n in enumerate(["ann", "bob", "cy"])])
    print(sums, ledger.entries[-1][2] == sum(sums), len(ledger.entries), ledger.lock.locked())
    totals = {}
    for who, amount, _ in ledger.entries:
        totals[who] = totals.get(who, 0) + amount
    print(sorted(totals.items()))
    semaphore = Semaphore(2)
    async with semaphore:
        print(semaphore.locked())
        async with semaphore:
            print(semaphore.locked())
    print(semaphore.locked())


run(main)
