"""Pure computing: eight tasks that never wait.

For the teacher. When nothing waits, there is nothing to be gained by taking turns: one thread, the event loop and threads
under the GIL all need the sum of the work, 2.0 s. Only who has more cores at one instant is sooner done. Threads that
may run at the same time, and processes, need 0.5 s on four cores, and 1.0 s on two. That is the recap's first line,
"CPU-bound: multiprocessing", and its reason: in a Python with the GIL a process is what it takes to get a second core.
To be seen: under the GIL 400 slices of 5 ms, one lane at a time; with processes all lanes are solid, after a start
that threads do not have.

For the developer. With w workers on p cores the tasks go through in rounds of min(w, p); the lesson has as many workers
as cores, so that a round is exact. The start of the processes lies before t = 0 and is shown as a span of its own.
"""
from interleave import *

lesson(id="S8", name="cpu", title="Computing needs cores",
       claim="Work that never waits is done sooner only by more cores: threads under the GIL and the event loop gain nothing.",
       source="SEED.md, recap: CPU bound",
       question="{tasks} tasks compute for {work} each and wait for nothing. Who is sooner done than one thread?",
       answer="speedup", on=["serial", "threads", "gil", "processes", "loop", "stealing"], workers=4, cores=4)

tasks = param(8, min=1, max=64)
work = param(250 * ms, min=1 * ms, max=2 * s, log=True)
interval = param(5 * ms, min=500 * us, max=100 * ms, log=True)

interval = gil_interval(interval)
at_once = min(workers(), cores())
slices = tasks * work // interval

expect("makespan", on=["serial", "gil", "loop"], value=tasks * work)
expect("makespan", on=["threads", "processes", "stealing"], value=(tasks + at_once - 1) // at_once * work)
expect("output", value=f"{tasks} tasks done; under the GIL that is {slices} slices of {interval}")


async def crunch(i):
    compute(work)                        # no await anywhere: this needs a core from beginning to end
    return 1


async def main():
    done = sum(await gather(*[crunch(i) for i in range(tasks)]))
    print(f"{done} tasks done; under the GIL that is {slices} slices of {interval}")


run(main)
