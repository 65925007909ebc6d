"""A mix that goes wrong: a generator that counts down and wants to be told things, too.

For the teacher. A countdown gives out 5, 4, 3, 2, 1, 0 and takes a new start as soon as one is sent: after the 5 a 3 is sent,
so one expects 5, 3, 2, 1, 0. What is printed is 5, 2, 1, 0. The 3 is lost: send() is answered with the next item, and the loop
that asks for items does not see that answer. Nothing failed, and one item is gone. So do not mix: a generator gives, a coroutine
takes. Set "fixed" to 1, and the item that send() returns is printed like every other.

For the developer. The loss is in the caller: for calls next(), which is send(None), and drops nothing; the explicit
send(3) returns an item in the middle of the loop.
"""
from interleave import *

lesson(id="B3", name="bogus", title="Producer and consumer in one",
       claim="Who both produces and consumes loses items: send() answers with an item that the loop never sees.",
       source="Beazley, slide 34",
       question="A countdown from {start}; after the first item a {restart} is sent to it. Which numbers are printed?",
       answer="output", on=["serial", "loop"], workers=1, cores=1)

start = param(5, min=2, max=20)
restart = param(3, min=1, max=20)
fixed = param(0, min=0, max=1)

seen = [start] + ([restart] if fixed else []) + list(range(restart - 1, -1, -1))
expect("output", value=[str(n) for n in seen] + ["printed: " + ", ".join([str(n) for n in seen]) + ("; nothing was lost" if fixed else f"; the {restart} was lost")])


def countdown(n):
    while n >= 0:
        new = yield n
        if new is not None:
            n = new
        else:
            n -= 1


async def loop():
    numbers = countdown(start)
    printed = []
    for n in numbers:
        printed.append(n)
        print(n)
        if len(printed) == 1:
            answer = numbers.send(restart)
            if fixed:
                printed.append(answer)
                print(answer)
    print("printed: " + ", ".join([str(n) for n in printed]) + ("; nothing was lost" if len(printed) == restart + 2 else f"; the {restart} was lost"))


async def main():
    await gather(loop())


run(main)
