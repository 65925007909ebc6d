"""send() puts a value in; yield gives one out."""
from interleave import *


def averager():
    total, count, average = 0, 0, None
    while True:
        x = yield average
        total += x
        count += 1
        average = total / count


def echo():
    got = yield "ready"
    while got != "stop":
        got = yield got * 2
    return "stopped"


def main():
    a = averager()
    print(next(a), a.send(10), a.send(30), a.send(5))
    e = echo()
    print(next(e), e.send("ab"), e.send(4))
    try:
        e.send("stop")
    except StopIteration as s:
        print("value", s.value)


run(main)
