"""A pipeline that pushes: the source sends, each stage sends on, and the sink is slow.

For the teacher. With coroutines the arrows turn round: the source drives, and everything happens inside its send(). Follow one
item: source, grep, sink, and back, before the source can read the next. So the source is held for as long as the slowest stage
takes; there is no queue in which an item could lie. To be seen: one lane, no two bars at once, and the depth that each line
prints: as many calls are open as there are stages. A push pipeline is a deep call, not concurrency. It becomes concurrent only
when somebody puts a thread, a process or a queue between two stages (B8).

For the developer. The wait in the sink is block(): a coroutine of this kind (with yield) cannot await. "stages" adds filters
that let everything pass.
"""
from interleave import *

lesson(id="B4", name="pipeline", title="A pipeline that pushes",
       claim="In a push pipeline the source waits for the whole chain: every stage runs inside the send() of the one before.",
       source="Beazley, slides 36-42",
       question="{items} items go through {stages} filters into a sink that takes {slow} for each. How long until the source has sent them all?",
       answer=["serial", "loop"], on=["serial", "loop"], workers=1, cores=1)

items = param(6, min=1, max=100)
stages = param(2, min=1, max=20)
slow = param(20 * ms, min=0 * ms, max=1 * s)

expect("makespan", value=items * slow)
expect("output", value=[line for n in range(items) for line in [f"source sends {n}", f"sink has {n}, {stages + 1} calls deep"]] + ["closed"])


def coroutine(function):
    def start(*args):
        made = function(*args)
        next(made)
        return made
    return start


def source(target):
    for n in range(items):
        print(f"source sends {n}")
        target.send((n, 0))
    target.close()


@coroutine
def grep(target):
    try:
        while True:
            n, depth = yield
            target.send((n, depth + 1))
    finally:
        target.close()


@coroutine
def sink():
    try:
        while True:
            n, depth = yield
            print(f"sink has {n}, {depth + 1} calls deep")
            block(slow)                  # and everybody above waits with it
    finally:
        print("closed")


async def pipeline():
    target = sink()
    for stage in range(stages):
        target = grep(target)
    source(target)


async def main():
    await gather(pipeline())


run(main)
