"""HTTP requests: 100 requests that mostly wait.

For the teacher. One thread that waits does nothing else: 100 requests, one after the other, take 20.5 s, and the CPU is
busy for 2.4 % of them. Threads mend it by waiting many at a time (S5): 10 threads 2.06 s, 100 threads 0.325 s on 4
cores. Under the GIL 100 threads need 0.70 s: it hardly hurts until the CPU saturates. One thread with an event loop
(S7) needs the same 0.70 s, since it, too, has one core; and every switch sits on an await, where you can see it. Set
"blocking" to 1 and the await becomes a call that blocks: the loop is back at 20.5 s, and nothing in the output says why.

For the developer. "over_http" 1 asks a real server that waits before it answers; 0 uses a timer, which is what more
than a few hundred connections at once need. With w workers on p cores all first requests end together, so the first
round is served p at a time; after that the workers are out of step and a round takes latency + work. The cores are the
limit when all the work together takes longer. (Compared with a discrete-event model on 2,240 settings: off by 3 % at
most, exact wherever w is a multiple of p.) It leaves out what the requests themselves cost: client and server need a few
tenths of a millisecond of CPU for each, on the same cores. 100 threads on 2 cores took 0.52 s instead of 0.45 s.
"""
from interleave import *

lesson(id="S4", name="http", title="HTTP requests",
       claim="One thread that waits does nothing else.",
       source="SEED.md, threading",
       question="{connections} requests. Each waits {latency}, then needs a core for {work}. Who is done first?",
       scene="requests", answer="winner", on=["serial", "threads", "gil", "processes", "loop", "stealing"], workers=100, cores=4)
preset("S5", title="The fix: threads", on="threads", answer="threads",
       claim="A thread that waits costs no core, so many can wait at once. The GIL hardly hurts until the core is busy all the time.",
       question="The same {connections} requests, now with a thread for each. How much sooner are they done?")
preset("S7", title="The fix: one thread and await", on="loop", answer=["loop", "threads"], source="SEED.md, asyncio",
       claim="One thread is enough to wait for 100 servers, if it says where it can be interrupted.",
       question="The same {connections} requests on one thread that goes on with another wherever it says await. How close does it come to 100 threads?")

connections = param(100, min=1, max=100_000, log=True)
latency = param(200 * ms, min=1 * ms, max=5 * s, log=True)
work = param(5 * ms, min=0 * ms, max=100 * ms)
over_http = param(1, min=0, max=1)
blocking = param(0, min=0, max=1)


def rounds(n, at_once):
    return (n + at_once - 1) // at_once


def waiting_workers(w, p):
    """w workers that each stay with their request; p of them compute at once."""
    w = min(w, connections)
    full = connections // w
    rest = connections - full * w
    one = latency + work
    last_full = full * one + (rounds(w, p) - 1) * work
    last_rest = (full + 1) * one + (rounds(rest, p) - 1) * work if rest else 0 * ms
    return max(last_full, last_rest, rounds(connections, p) * work + latency)


p = min(workers(), cores())
expect("makespan", on="serial", value=connections * (latency + work))
expect("makespan", on="loop", value=connections * (latency + work) if blocking else connections * work + latency)
expect("makespan", on=["threads", "processes"], value=waiting_workers(workers(), p))
expect("makespan", on="gil", value=waiting_workers(workers(), 1))
expect("makespan", on="stealing", value=waiting_workers(workers(), p) if blocking else rounds(connections, p) * work + latency)


async def fetch(i):
    if blocking:
        block(latency)                 # waits, and lets nobody else go on
    elif over_http:
        await request(latency, 256)    # waiting for the server: the core is free
    else:
        await io(latency)
    compute(work)                      # parsing the answer: needs a core


async def main():
    await gather(*[fetch(i) for i in range(connections)])
    print(f"{connections:,} answers")


run(main)
