"""Two closures over one variable see each other's changes."""
from interleave import *


def account(balance):
    def deposit(n):
        nonlocal balance
        balance += n
        return balance

    def show():
        return f"balance {balance}"
    return deposit, show


def main():
    deposit, show = account(100)
    other, other_show = account(5)
    deposit(50)
    other(1)
    print(show(), other_show())

    def outer():
        x = "outer"

        def middle():
            def inner():
                nonlocal x
                x = "inner"
            inner()
            return x
        return middle(), x
    print(outer())


run(main)
