"""Only functions of the top level go to another process; a method goes with its object, a class as itself."""
# on: serial loop threads
# clock: real
from interleave import *


class Account:
    rate = 2

    def __init__(self, owner, balance=0):
        self.owner, self.balance = owner, balance

    def grown(self, years):
        for _ in range(years):
            self.balance *= self.rate
        return self.balance

    @staticmethod
    def double(x):
        return 2 * x

    def __repr__(self):
        return f"Account({self.owner!r}, {self.balance})"


double = lambda x: 2 * x


def triple(x):
    return 3 * x


async def attempt(*call):
    try:
        print(await to_process(*call))
    except TypeError as e:
        print("TypeError", e)


async def main():
    def inside(x):
        return x

    account = Account("Ann", 10)
    await attempt(triple, 2)
    await attempt(double, 2)
    await attempt(lambda: 1)
    await attempt(inside, 1)
    await attempt(account.grown, 3)
    await attempt(Account, "Bob", 5)
    await attempt(Account.double, 4)
    await attempt(sorted, [3, 1, 2])
    await attempt(list, map(triple, [1])) if False else None
    print(account)


run(main)
