"""A bank of coroutines with send."""
# on: serial loop threads stealing processes
from interleave import *


def account(owner, balance):
    history = []
    try:
        while True:
            command = yield balance
            if command is None:
                continue
            what, amount = command
            if what == "in":
                balance += amount
            elif what == "out":
                if amount > balance:
                    raise ValueError(f"{owner}: {amount} > {balance}")
                balance -= amount
            history.append(what[0] + str(amount))
    except GeneratorExit:
        print(owner, "closes with", balance, history)
        raise
    except ValueError as e:
        print("error", e)
        yield -1
    finally:
        print(owner, "gone")


def prime(f):
    def start(*args):
        g = f(*args)
        next(g)
        return g
    return start


@prime
def broadcast(*targets):
    try:
        while True:
            item = yield
            for t in targets:
                t.send(item)
    except GeneratorExit:
        for t in targets:
            t.close()


@prime
def collect(out, test):
    try:
        while True:
            item = yield
            if test(item):
                out.append(item)
    finally:
        out.append("end")


def echo():
    got = None
    while got != "stop":
        try:
            got = yield f"got {got}"
        except KeyError as e:
            got = f"error {e}"
    return "bye"


def outer():
    result = yield from echo()
    yield f"result {result}"


async def main():
    a, b = account("Ann", 100), account("Bob", 10)
    print(next(a), next(b))
    print(a.send(("out", 30)), b.send(("in", 30)), a.send(None))
    a.close()
    print(b.send(("out", 1000)))
    try:
        next(b)
    except StopIteration as stop:
        print("stopped", stop.value)
    evens, big = [], []
    to = broadcast(collect(evens, lambda n: n % 2 == 0), collect(big, lambda n: n > 3))
    for n in range(7):
        to.send(n)
    to.close()
    print(evens, big)
    o = outer()
    print(next(o), o.send("x"), o.throw(KeyError("k")), o.send("stop"))
    try:
        o.send(1)
    except StopIteration:
        print("over")


run(main)
