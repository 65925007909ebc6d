"""Exception classes of one's own, with attributes and a base."""
from interleave import *


class ShopError(Exception):
    pass


class TooExpensive(ShopError):
    def __init__(self, price, limit):
        super().__init__(f"{price} is over {limit}")
        self.price, self.limit = price, limit


def buy(price):
    if price > 100:
        raise TooExpensive(price, 100)
    if price < 0:
        raise ShopError("negative")
    return price


def main():
    for price in (50, 500, -1):
        try:
            print(buy(price))
        except TooExpensive as e:
            print("too expensive:", e, e.price - e.limit)
        except ShopError as e:
            print("shop:", e, e.args)


run(main)
