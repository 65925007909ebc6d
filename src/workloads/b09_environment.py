"""One implementation, many environments: the same pipeline wherever it is put.

For the teacher. The pipeline is three coroutines, source, filter and sink, and does not know where it runs. Here several copies of it
run one after the other, in threads, in processes and on the loop, without a changed line: that is what Beazley means by
separating the implementation from the environment. To be seen: one definition, six timelines. Those with more than one
core at work are shorter; the output is the same everywhere.

For the developer. A coroutine with yield cannot leave its thread or process in mid-stream, so each task builds its own pipeline where it
runs; only a number goes in, and a count comes out.
"""
from interleave import *

lesson(id="B9", name="environment", title="One pipeline, six environments",
       claim="A pipeline of coroutines says what happens to an item; the executor says where and when.",
       source="Beazley, slide 88",
       question="{pipelines} copies of one pipeline, {items} items each, {work} for each. Where are they done first, and what else changes?",
       answer=["winner", "output"], on=["serial", "threads", "gil", "processes", "loop", "stealing"], workers=2, cores=2)

pipelines = param(4, min=1, max=32)
items = param(10, min=1, max=100)
work = param(5 * ms, min=100 * us, max=50 * ms, log=True)

at_once = min(workers(), cores())
passing = (items + 1) // 2
expect("makespan", on=["serial", "gil", "loop"], value=pipelines * passing * work)
expect("makespan", on=["threads", "processes", "stealing"], value=(pipelines + at_once - 1) // at_once * passing * work)
expect("output", value=f"{pipelines * passing:,} of {pipelines * items:,} items arrived")


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
        compute(work)
        arrived.append(item)


@coroutine
def even_ones(target):
    while True:
        item = yield
        if item % 2 == 0:
            target.send(item)


async def pipeline(number):
    arrived = []
    target = even_ones(sink(arrived))
    for n in range(items):
        target.send(n)
    return len(arrived)


async def main():
    counts = await gather(*[pipeline(number) for number in range(pipelines)])
    print(f"{sum(counts):,} of {pipelines * items:,} items arrived")


run(main)
