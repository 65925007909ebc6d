"""Broadcast and branches: one source, several filters, their own sinks or one that they share.

For the teacher. A coroutine can send each item to several targets. The order is fixed: the first target has done everything, its
whole branch, before the second gets the item; it looks parallel when drawn, and is a loop. Then let the branches meet again in
one sink ("shared" 1): what arrives there is mixed, item by item, in the order of the branches, not branch by branch. This is the
picture of an event system, and it needs no thread, no lock and no queue, because only one thing ever runs.

For the developer. An item that matches no branch goes nowhere: broadcast does not ask who wants it.
"""
from interleave import *

lesson(id="B5", name="broadcast", title="Broadcast and branches",
       claim="A broadcast reaches its targets one after the other, in a fixed order, each branch to its end.",
       source="Beazley, slides 43-46",
       question="{items} lines go to three filters, and what they let pass to {kind}. In which order do the lines arrive?",
       answer="order", on=["serial", "loop"], workers=1, cores=1)

items = param(6, min=1, max=60)
shared_sink = param(0, min=0, max=1)

kind = "one sink" if shared_sink else "three sinks"
patterns = ["python", "ply", "swig"]
texts = ["python and ply", "swig", "python", "ply and swig", "perl", "swig and python"]
log = [f"{texts[n % 6]} {n + 1}" for n in range(items)]
arriving = [(p, line) for line in log for p in range(3) if patterns[p] in line]
expect("output", value=[f"{'sink' if shared_sink else 'sink ' + patterns[p]}: {patterns[p]} in '{line}'" for p, line in arriving]
       + [f"{len(arriving)} arrived"])


def coroutine(function):
    def start(*args):
        made = function(*args)
        next(made)
        return made
    return start


@coroutine
def broadcast(targets):
    while True:
        item = yield
        for target in targets:
            target.send(item)


@coroutine
def grep(pattern, target):
    while True:
        line = yield
        if pattern in line:
            target.send(f"{pattern} in '{line}'")


@coroutine
def printer(name, count):
    while True:
        line = yield
        count.append(line)
        print(f"{name}: {line}")


async def pipeline():
    count = []
    if shared_sink:
        sink = printer("sink", count)
        fan = broadcast([grep(pattern, sink) for pattern in patterns])
    else:
        fan = broadcast([grep(pattern, printer(f"sink {pattern}", count)) for pattern in patterns])
    for line in log:
        fan.send(line)
    print(f"{len(count)} arrived")


async def main():
    await gather(pipeline())


run(main)
