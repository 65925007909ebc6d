"""Two dangers: two threads that send to one coroutine, and a pipeline that bites its own tail.

For the teacher. A coroutine has one place at which it stands. While it runs, nobody else can send to it: Python answers "already
executing". That happens when two threads share one (the first picture), and when a pipeline leads back to a stage that is still
in its send() (set "cycle" to 1; then it happens on every executor, with one thread alone). It is caught, and that is the good case:
the interpreter noticed. The cure for threads is a lock around the send ("locked" 1), so that one waits until the other has
been served; the cure for a cycle is not to build one.

For the developer. The sink computes long enough for the second thread to come while the first is inside. On the loop and on serial there
is no second thread; both are let in, one after the other.
"""
from interleave import *

lesson(id="B10", name="dangers", title="Already executing",
       claim="A coroutine can be in one place only: who sends to it while it runs gets an error.",
       source="Beazley, slides 90-91",
       question="Two senders, one coroutine that takes {work} for an item. What happens to the second?",
       answer="output", on=["threads", "serial", "gil", "loop"], workers=2, cores=2)

work = param(100 * ms, min=20 * ms, max=1 * s, log=True)
cycle = param(0, min=0, max=1)
locked = param(0, min=0, max=1)

both_in = ["let in", "let in", "both let in"]
one_out = ["let in", "refused: already executing", "one refused, already executing"]
round_it_goes = ["refused: already executing", "one refused, already executing"]
expect("lines", on=["threads", "gil"], value=round_it_goes if cycle else both_in if locked else one_out)
expect("lines", on=["serial", "loop"], value=round_it_goes if cycle else both_in)


def coroutine(function):
    def start(*args):
        made = function(*args)
        next(made)
        return made
    return start


@coroutine
def sink(arrived):
    while True:
        item = yield
        compute(work)                    # whoever sends now is too early
        arrived.append(item)


@coroutine
def stage(targets):
    while True:
        item = yield
        targets[0].send(item)


async def sender(target, item, lock):
    try:
        if locked:
            async with lock:
                target.send(item)
        else:
            target.send(item)
        print("let in")
    except ValueError:
        print("refused: already executing")


async def main():
    arrived = []
    if cycle:
        next_of_second = []
        second = stage(next_of_second)
        first = stage([second])
        next_of_second.append(first)     # and round it goes
        await gather(sender(first, 1, Lock()))
        refused = 1 - len(arrived)
    else:
        lock = Lock()
        target = sink(arrived)
        await gather(*[sender(target, n, lock) for n in range(2)])
        refused = 2 - len(arrived)
    print("one refused, already executing" if refused else "both let in")


run(main)
