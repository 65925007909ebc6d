"""A property that goes on from the one of its base; arguments by names that a builtin has not."""
# on: serial loop threads stealing processes
from interleave import *


class Account:
    def __init__(self, balance):
        self._balance = balance

    @property
    def balance(self):
        return self._balance

    @property
    def greet(self):
        return lambda who: f"{who}: {self._balance}"


class Savings(Account):
    @property
    def balance(self):
        return super().balance + 5

    def told(self):
        return super().greet("Ann"), getattr(super(), "balance", None)


def refused(call, **named):
    try:
        return call([3, 1, 2], **named)
    except TypeError:
        return f"{sorted(named)} is refused"


async def main():
    print(Savings(10).balance, Savings(1).told())
    print(refused(sorted, revers=True), refused(sorted, reverse=True), refused(max, foo=1), refused(sum, start=4))
    print(refused(lambda items, **named: print(items, **named), foo=2))


run(main)
