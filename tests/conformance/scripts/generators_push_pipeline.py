"""The same pushed: coroutines that receive, filter and print."""
from interleave import *


def coroutine(f):
    def start(*args):
        c = f(*args)
        next(c)
        return c
    return start


@coroutine
def printer():
    n = 0
    try:
        while True:
            line = yield
            n += 1
            print("=>", line)
    except GeneratorExit:
        print(n, "lines")


@coroutine
def grep(pattern, target):
    while True:
        line = yield
        if pattern in line:
            target.send(line)


@coroutine
def broadcast(targets):
    while True:
        item = yield
        for target in targets:
            target.send(item)


def main():
    p = printer()
    b = broadcast([grep("a", p), grep("b", p)])
    for line in ("apple", "bob", "cd", "abba"):
        b.send(line)
    b.close()
    p.close()


run(main)
