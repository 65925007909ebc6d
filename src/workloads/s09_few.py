"""Few and quick connections: a dozen or two clients that answer at once.

For the teacher. Twenty connections, each of which answers 25 times after a millisecond and then needs a core for 0.2 ms.
Threads under the GIL and the event loop take the same time, about 0.1 s, five times less than one after the other: both
fill the waits of one connection with the work of the others, and both have one core for that work. So the choice is not
one of speed. Threads let you write plain blocking calls and interrupt you anywhere; the loop wants an await at each
wait and interrupts you nowhere else. Threads without the GIL are quicker here only because they also have more cores.
To be seen: two makespans that agree, hundreds of switches on both, and where they sit in the code.

For the developer. n connections of k exchanges: the core is the limit as soon as n x work exceeds wait + work (the first
term below); else every connection goes at its own pace, and the last is late by the work of those before it.
"""
from interleave import *

lesson(id="S9", name="few", title="Few quick connections",
       claim="With few, quick connections threads and the event loop are equally fast. They differ in the code, not in the time.",
       source="SEED.md, recap: fast I/O, limited number of connections",
       question="{connections} connections answer {exchanges} times each, after {latency}, with {work} of work. Threads or the loop?",
       scene="requests", answer=["winner", "threads", "loop"], on=["serial", "threads", "gil", "loop"], workers=64, cores=4)

connections = param(20, min=1, max=64)
exchanges = param(25, min=1, max=200)
latency = param(1 * ms, min=100 * us, max=200 * ms, log=True)
work = param(200 * us, min=0 * us, max=10 * ms)


def in_turn(p):
    """All connections at once, p cores for the work."""
    of_one = exchanges * (latency + work) + ((connections + p - 1) // p - 1) * work
    of_the_cores = (connections * exchanges + p - 1) // p * work + latency
    return max(of_one, of_the_cores)


expect("makespan", on="serial", value=connections * exchanges * (latency + work))
expect("makespan", on=["gil", "loop"], value=in_turn(1))
expect("makespan", on="threads", value=in_turn(min(workers(), cores())))
expect("output", value=f"{connections} connections, {connections * exchanges:,} answers")


async def talk(i):
    for exchange in range(exchanges):
        await io(latency)                # the client thinks for a moment
        compute(work)                    # and its answer is worked on
    return exchanges


async def main():
    answers = sum(await gather(*[talk(i) for i in range(connections)]))
    print(f"{connections} connections, {answers:,} answers")


run(main)
