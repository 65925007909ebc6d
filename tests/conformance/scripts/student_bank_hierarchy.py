"""Accounts with a hierarchy of exceptions, locks and a log."""
# on: serial loop threads stealing
from interleave import *


class BankError(Exception):
    """Whatever goes wrong at the bank."""


class NotEnough(BankError):
    def __init__(self, account, amount):
        super().__init__(f"{account.owner} has {account.balance}, not {amount}")
        self.account = account
        self.missing = amount - account.balance


class Frozen(BankError):
    pass


class Account:
    _next = 100

    def __init__(self, owner, balance=0):
        self.owner, self._balance = owner, balance
        self.number = Account._next
        Account._next += 1
        self.lock = Lock()
        self.frozen = False
        self.log = []

    @property
    def balance(self):
        return self._balance

    @balance.setter
    def balance(self, value):
        if value < 0:
            raise ValueError("negative balance")
        self.log.append(value - self._balance)
        self._balance = value

    async def withdraw(self, amount):
        async with self.lock:
            if self.frozen:
                raise Frozen(self.owner)
            await sleep(1 * ms)
            if amount > self.balance:
                raise NotEnough(self, amount)
            self.balance -= amount

    async def deposit(self, amount):
        async with self.lock:
            await sleep(1 * ms)
            self.balance += amount


async def transfer(a, b, amount):
    await a.withdraw(amount)
    try:
        await b.deposit(amount)
    except BankError:
        await a.deposit(amount)
        raise


async def main():
    ann, bob, cy = Account("Ann", 100), Account("Bob", 50), Account("Cy")
    await gather(transfer(ann, bob, 30), transfer(bob, cy, 20), transfer(ann, cy, 5))
    print([(a.owner, a.number, a.balance, sorted(a.log)) for a in (ann, bob, cy)])
    cy.frozen = True
    results = await gather(transfer(cy, ann, 1), transfer(bob, ann, 1000), transfer(ann, bob, 1), return_exceptions=True)
    for r in results:
        print(type(r).__name__, "|", r, "|", isinstance(r, BankError))
    print(results[1].missing, results[1].account is bob, issubclass(NotEnough, BankError))
    try:
        ann.balance = -1
    except ValueError as e:
        print(repr(e))
    print(ann.balance + bob.balance + cy.balance)


run(main)
