"""Transfers with a lock for each account."""
from interleave import *


class InsufficientFunds(Exception):
    def __init__(self, need, have):
        super().__init__(f"need {need}, have {have}")
        self.missing = need - have


class Account:
    def __init__(self, name, balance=0):
        self.name, self.balance, self.lock = name, balance, Lock()
        self.history = []

    async def withdraw(self, amount):
        async with self.lock:
            before = self.balance
            await sleep(1 * ms)
            if before < amount:
                raise InsufficientFunds(amount, before)
            self.balance = before - amount
            self.history.append(-amount)

    async def deposit(self, amount):
        async with self.lock:
            before = self.balance
            await sleep(1 * ms)
            self.balance = before + amount
            self.history.append(amount)


async def transfer(a, b, amount):
    try:
        await a.withdraw(amount)
    except InsufficientFunds as e:
        print(f"{a.name} -> {b.name}: {e} (missing {e.missing})")
        return False
    await b.deposit(amount)
    return True


async def main():
    a, b, c = Account("A", 100), Account("B", 50), Account("C")
    results = await gather(transfer(a, b, 70), transfer(b, c, 40), transfer(a, c, 50), transfer(c, a, 5))
    print(results, [(x.name, x.balance, x.history) for x in (a, b, c)], sum(x.balance for x in (a, b, c)))


run(main)
