"""Mixed work: half waiting, half computing, the recap's "else".

For the teacher. Eight tasks wait 100 ms and then compute 100 ms. No single recap fits them. One after the other: 1.6 s. The
event loop and threads under the GIL hide the waits and not the work: 0.9 s. Processes share the work, but four of them
hold four tasks, and each holds its process while it waits: two rounds of 200 ms, 0.4 s on four cores. Threads without
the GIL can do both, eight waits at once and four at work: 0.3 s. To be seen: which lanes are hatched (waiting) while a
core is free, and which are solid. More workers than cores pay exactly as long as tasks wait.

For the developer. The same formulas as HTTP requests (S4), with a wait as long as the work. On a machine with two cores
threads need 0.5 s and two processes 0.8 s.
"""
from interleave import *

lesson(id="S12", name="mixed", title="Half waiting, half computing",
       claim="Mixed work wants many waits at once and several cores at once. Only who offers both gets the whole gain.",
       source="SEED.md, recap: else",
       question="{tasks} tasks wait {wait} and then compute {work}. The recap says threading. Is that right?",
       answer="winner", on=["serial", "threads", "gil", "processes", "loop", "stealing"], workers=8, cores=4)

tasks = param(8, min=1, max=64)
wait = param(100 * ms, min=1 * ms, max=2 * s, log=True)
work = param(100 * ms, min=1 * ms, max=2 * s, log=True)


def rounds(n, at_once):
    return (n + at_once - 1) // at_once


def holding(w, p):
    """w workers that stay with their task while it waits; p of them compute at once."""
    w = min(w, tasks)
    full = tasks // w
    rest = tasks - full * w
    last_full = full * (wait + work) + (rounds(w, p) - 1) * work
    last_rest = (full + 1) * (wait + work) + (rounds(rest, p) - 1) * work if rest else 0 * ms
    return max(last_full, last_rest, rounds(tasks, p) * work + wait)


p = min(workers(), cores())
expect("makespan", on="serial", value=tasks * (wait + work))
expect("makespan", on="loop", value=tasks * work + wait)
expect("makespan", on="gil", value=holding(workers(), 1))
expect("makespan", on=["threads", "processes"], value=holding(workers(), p))
expect("makespan", on="stealing", value=rounds(tasks, p) * work + wait)
expect("output", value=f"{tasks} tasks done")


async def both(i):
    await io(wait)                       # needs nobody
    compute(work)                        # needs a core
    return 1


async def main():
    print(f"{sum(await gather(*[both(i) for i in range(tasks)]))} tasks done")


run(main)
