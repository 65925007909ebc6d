"""The convoy: a thread that waits for I/O meets a thread that computes, and there is one lock.

For the teacher. A thread reads 200 times and waits 1 ms for each answer: alone it is done in 0.2 s. Now a second thread
computes beside it. Under the GIL every answer finds the lock taken; the reader asks for it, and the other may keep it for
5 ms before it must let go. Each read takes 6 ms instead of 1, and the same 200 reads take 1.2 s, although the reader hardly
computes at all. That is the convoy effect: the thread that needs least waits most. Make "interval" shorter and the reader
is quicker, at the price of more switches; set "company" to 0 and it is alone. Threads without the GIL do not know it: 0.2 s.
To be seen: on the reader's lane a short wait for I/O, then a long one for the GIL, 200 times.

For the developer. The reader comes back 1 ms after the other took the lock, and is granted it one interval after it asked
(run_token.h). The second thread computes until the reader says that it is done, through a list that both see.
"""
from interleave import *

lesson(id="G1", name="convoy", title="The GIL's convoy",
       claim="Under the GIL a thread that computes makes every answer of a thread that waits late by one interval.",
       source="SEED.md, multithreading; Beazley's work on the GIL",
       question="{reads} reads of {latency} take {alone} alone. How long do they take beside a thread that computes?",
       scene="gil", answer=["threads", "gil"], on=["gil", "threads"], workers=2, cores=2)

reads = param(200, min=1, max=1_000)
latency = param(1 * ms, min=100 * us, max=100 * ms, log=True)
interval = param(5 * ms, min=500 * us, max=50 * ms, log=True)
company = param(1, min=0, max=1)

interval = gil_interval(interval)
alone = reads * latency
done = []

expect("makespan", on="threads", value=alone)
expect("makespan", on="gil", value=reads * (latency + interval) if company else alone)
expect("output", value=f"{reads:,} reads")


async def reader():
    for i in range(reads):
        await io(latency)                # and then it needs the GIL again
    done.append(True)
    return reads


async def cruncher():
    while not done:
        compute(1 * ms)


async def main():
    if company:
        counts = await gather(reader(), cruncher())
    else:
        counts = await gather(reader())
    print(f"{counts[0]:,} reads")


run(main)
