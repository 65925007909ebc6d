"""A boundary between two stages: a queue, and something that runs on each side of it.

For the teacher. A push pipeline is one deep call (B4). `threaded(target)` of the course cuts it: the stage before puts its items into a
queue and goes on, and the stage behind lives in a thread of its own. The run does it without a
boundary and then with one: compare the two halves. Two heavy stages on two cores: nearly twice as many items per second. Under the GIL, and on the loop, nothing: two stages, one core. And if the stages
are light (set both to 0.05 ms), the queue costs more than it brings. Set "boundary" to "none, then a process" (the course's coprocess): the second stage's
work is done in another process, and now the GIL and the loop, too, have two stages at once; each item goes there and back, and the process must
first be started. To be seen: with a boundary two lanes are busy at one instant; "depth" bounds how far the first may run ahead, and when
the queue is full it waits for a lock.

For the developer. Both stages compute. With a boundary the time is that of the slower stage, plus one turn of the other to begin
with. The process boundary is to_process() behind the queue. How long a process takes to start is the machine's own affair, so there only
a bound is expected.
"""
from interleave import *

lesson(id="B8", name="boundary", title="A thread, or a process, between two stages",
       claim="A boundary lets two stages run at once. It pays when the stages are heavy and there is a second core.",
       source="Beazley, slides 78-87",
       question="{items} items, {first} in the first stage and {second} in the second. What does a queue between them change?",
       answer="ways", on=["threads", "gil", "loop"], workers=2, cores=2)

items = param(40, min=1, max=500)
first = param(5 * ms, min=10 * us, max=50 * ms, log=True)
second = param(5 * ms, min=10 * us, max=50 * ms, log=True)
depth = param(4, min=1, max=100)
boundary = param(3, choices=["none", "a queue", "a process", "none, then a queue", "none, then a process"])
inline = 0 if boundary in [1, 2] else 1
queued = 0 if boundary == 0 else 1
process = boundary in [2, 4]
way = "with a process" if process else "with a queue"

both = items * (first + second)
side_by_side = items * max(first, second) + min(first, second)
if process:
    expect("makespan", least=both * inline + side_by_side)      # and what it takes to start a process
else:
    expect("makespan", on=["gil", "loop"], value=both * (inline + queued))
    expect("makespan", on="threads", value=both * inline + (side_by_side if min(workers(), cores()) > 1 else both) * queued)
expect("output", value=[f"inline: {items} items arrived"] * inline + [f"{way}: {items} items arrived"] * queued)


async def one_task():
    arrived = 0
    for n in range(items):
        compute(first)
        compute(second)                  # inside the send() of the first
        arrived += 1
    print(f"inline: {arrived} items arrived")


async def source(queue):
    for n in range(items):
        compute(first)
        await queue.put(n)               # goes on, unless the queue is full
    await queue.put(None)


def second_stage(item):
    compute(second)
    return item


async def sink(queue):
    arrived = 0
    while True:
        item = await queue.get()
        if item is None:
            print(f"{way}: {arrived} items arrived")
            return
        if process:
            await to_process(second_stage, item)
        else:
            compute(second)
        arrived += 1


async def main():
    if inline:
        await gather(one_task())
    if queued:
        queue = Queue(depth)
        await gather(source(queue), sink(queue))


run(main)
