"""Coroutine or object: the same filter as a coroutine and as an object with a method, a million times.

For the teacher. A coroutine is a piece of code with its state in local variables; an object does the same with attributes. Beazley
sent a million lines into both: 0.60 s for the coroutine, 0.92 s for the object, because every `self.target` is a search by name
and a local variable is not. Here both run one after the other on one lane: compare the lengths of the two bars, and the numbers of
your own Python beside ours. The point is not the third of a second: a coroutine is no luxury, sending costs about as much as
calling.

For the developer. Two tasks, one after the other on every executor of the lesson, since neither waits. Neither count nor
order can differ; how long each takes is the machine's affair, so only the output is checked.
"""
from interleave import *

lesson(id="B6", name="object", title="Coroutine or object",
       claim="Sending to a coroutine costs about as much as calling a method; its state is in local variables.",
       source="Beazley, slides 49-52: 0.60 s and 0.92 s",
       question="{sends} lines into a coroutine, then as many into an object. Which bar is longer?",
       answer=["tasks", "output"], on=["serial", "loop"], workers=1, cores=1)

sends = param(1_000_000, min=1_000, max=2_000_000, log=True)

his = "Beazley's Python, a million into each: coroutine 0.60 s, object 0.92 s"

expect("output", value=[f"coroutine: {sends // 2:,} found", f"object: {sends // 2:,} found", his])
expect("tasks", value=2)


def coroutine(function):
    def start(*args):
        made = function(*args)
        next(made)
        return made
    return start


@coroutine
def grep(pattern, found):
    while True:
        line = yield
        if pattern in line:
            found[0] += 1


class Grep:
    def __init__(self, pattern, found):
        self.pattern = pattern
        self.found = found

    def send(self, line):
        if self.pattern in line:
            self.found[0] += 1


async def with_coroutine():
    found = [0]
    sink = grep("python", found)
    for n in range(sends // 2):
        sink.send("python")
        sink.send("perl")
    print(f"coroutine: {found[0]:,} found")


async def with_object():
    found = [0]
    sink = Grep("python", found)
    for n in range(sends // 2):
        sink.send("python")
        sink.send("perl")
    print(f"object: {found[0]:,} found")


async def main():
    await gather(with_coroutine(), with_object())
    print(his)


run(main)
