"""A bank with accounts that are moved between by many tasks."""
# on: loop threads gil stealing
from interleave import *


class InsufficientFunds(Exception):
    def __init__(self, need, have):
        super().__init__(f"need {need}, have {have}")
        self.need = need
        self.have = have


class Account:
    count = 0

    def __init__(self, owner, balance=0):
        self.owner = owner
        self._balance = balance
        self.lock = Lock()
        self.history = []
        Account.count += 1

    @property
    def balance(self):
        return self._balance

    async def withdraw(self, amount):
        async with self.lock:
            if amount > self._balance:
                raise InsufficientFunds(amount, self._balance)
            before = self._balance
            await sleep(1 * ms)
            self._balance = before - amount
            self.history.append(("out", amount))

    async def deposit(self, amount):
        async with self.lock:
            before = self._balance
            await sleep(1 * ms)
            self._balance = before + amount
            self.history.append(("in", amount))

    def __repr__(self):
        return "%s(%r, %d)" % (type(self).__name__, self.owner, self._balance)


async def transfer(a, b, amount):
    try:
        await a.withdraw(amount)
    except InsufficientFunds as e:
        return f"refused: {e}" if e.need > e.have else "?"
    else:
        await b.deposit(amount)
        return "done"
    finally:
        pass


async def main():
    ann, bob = Account("ann", 100), Account("bob")
    results = await gather(*[transfer(ann, bob, 30) for _ in range(4)])
    print(sorted(results))
    print(ann, bob, ann.balance + bob.balance, Account.count)
    print(len(ann.history), [kind for kind, _ in bob.history])


run(main)
