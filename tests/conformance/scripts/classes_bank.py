"""A small program with classes, exceptions and formatting."""
from interleave import *


class Overdrawn(Exception):
    pass


class Account:
    def __init__(self, owner, balance=0):
        self.owner, self.balance, self.log = owner, balance, []

    def move(self, amount, note):
        if self.balance + amount < 0:
            raise Overdrawn(f"{self.owner} has {self.balance}, not {-amount}")
        self.balance += amount
        self.log.append((note, amount))

    def transfer(self, other, amount):
        self.move(-amount, f"to {other.owner}")
        other.move(amount, f"from {self.owner}")


def main():
    a, b = Account("Ann", 100), Account("Bob")
    a.transfer(b, 70)
    try:
        a.transfer(b, 70)
    except Overdrawn as e:
        print("refused:", e)
    b.transfer(a, 5)
    for account in (a, b):
        print(f"{account.owner}: {account.balance:>5}")
        for note, amount in account.log:
            print(f"  {note:<10}{amount:+6d}")


run(main)
