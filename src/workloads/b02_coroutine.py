"""A coroutine: a function that waits for what is sent to it.

For the teacher. `line = yield` turns a generator round: it takes values. Four things can happen to it, one after the
other. It is created, and nothing of it has run: what is sent now has nowhere to go, and Python says so (the first error).
next() brings it to its yield; that is called priming, and a decorator does it for you. send() wakes it with a value;
close() ends it at its yield, where it can still count up what it has seen; throw() raises an error there, as if the yield
had failed. Set "primed" to 1 and the first error is gone.

For the developer. @coroutine is the decorator of the course. What is printed of the unprimed send is our own sentence, since
the words of the error differ between versions.
"""
from interleave import *

lesson(id="B2", name="coroutine", title="Send, close, throw",
       claim="A coroutine must be primed before it can be sent anything, and it can be ended where it waits.",
       source="Beazley, slides 25-33",
       question="What happens when a value is sent to a coroutine that has not yet reached its yield?",
       answer="first", on=["serial", "loop"], workers=1, cores=1)

primed = param(0, min=0, max=1)
items = param(4, min=1, max=20)

words = ["python generators", "a snake", "python coroutines", "nothing"]
sent = [words[n % 4] for n in range(items)]
found = [word for word in sent if "python" in word]
expect("output", value=(["primed by its decorator"] if primed else ["refused with an error: it was not primed"])
       + [f"found: {word}" for word in found] + [f"closed after {len(found)} of {items}", "thrown into: ValueError, and it goes on", "found: python again", "closed after 1 of 1"])


def coroutine(function):
    def start(*args):
        made = function(*args)
        next(made)                       # to its first yield
        return made
    return start


def grep(pattern):
    seen = 0
    count = 0
    try:
        while True:
            try:
                line = yield
                seen += 1
                if pattern in line:
                    count += 1
                    print(f"found: {line}")
            except ValueError:
                print("thrown into: ValueError, and it goes on")
    finally:
        print(f"closed after {count} of {seen}")


primed_grep = coroutine(grep)


async def story():
    if primed:
        sink = primed_grep("python")
        print("primed by its decorator")
    else:
        sink = grep("python")
        try:
            sink.send("too early")
        except TypeError:
            print("refused with an error: it was not primed")
        next(sink)
    for line in sent:
        sink.send(line)
    sink.close()
    again = primed_grep("python")
    again.throw(ValueError("what was sent is damaged"))
    again.send("python again")
    again.close()


async def main():
    await gather(story())


run(main)
