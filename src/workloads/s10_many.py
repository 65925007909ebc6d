"""Many slow connections: from ten to a hundred thousand clients that let you wait.

For the teacher. As long as each connection can have a thread, threads and the event loop take the same 200 ms: both only
wait. The first difference is a limit: a program gets some hundreds or thousands of threads, never 100,000 (here at most
256), and the rest must wait for a free one. 1,000 connections then need four rounds of 200 ms on threads, and one on the
loop. The second is the price: look at "per task" in the table, a stack for a thread, some hundred bytes for a coroutine. Set
"connections" to 10, 100, 1,000, 10,000 and 100,000. Q5 asks where "slow" begins: every answer costs the loop's only core
some work, so quick answers keep it busy, and threads on several cores win. The longer the wait, the more the rounds cost,
and from one latency on the loop is ahead for good. The last line says which latency that is with these settings.

For the developer. n connections on w workers go in rounds of w, each as long as the wait, and the first worker of a round
does its work while the others still wait; the cores are the limit if the work of all takes longer. where slow begins, by the formula, is where
the two formulas cross: rounds x (latency + work) = n x work + latency, or the cores' share of the work, if that is more.
"""
from interleave import *

lesson(id="S10", name="many", title="Many slow connections",
       claim="Threads and the loop wait equally well until there are more connections than threads. Then the loop is alone.",
       source="SEED.md, recap: slow I/O, many connections",
       question="{connections} connections that each take {latency}, and no more than {most} threads. How long does the loop take, how long the threads?",
       scene="requests", answer=["loop", "threads", "output"], on=["threads", "gil", "loop", "stealing"], workers=256, cores=4)
preset("Q5", title="Where slow begins", latency=20 * ms, on="loop", answer=["winner", "loop", "threads", "output"], source="stackoverflow.com/questions/27435284",
       claim="\"Very slow\" is no property of a connection: it begins where the rounds of the threads cost more than the loop's one core.",
       question="{connections} connections, {latency} each. Is that slow enough for the loop to win?")

connections = param(1_000, min=10, max=100_000, log=True)
latency = param(200 * ms, min=1 * ms, max=2 * s, log=True)
work = param(50 * us, min=0 * us, max=1 * ms)

most = 256
p = min(workers(), cores())


def rounds(n, at_once):
    return (n + at_once - 1) // at_once


def on_threads(w, p):
    w = min(w, connections)
    full = rounds(connections, w)
    rest = connections - (full - 1) * w
    return max(full * (latency + work) + (rounds(rest, p) - 1) * work, rounds(connections, p) * work + latency)


def slow_begins():
    """The latency from which the loop is ahead of threads on all cores."""
    extra = rounds(connections, min(most, connections)) - 1
    if not extra:
        return "never, for each has a thread"
    return f"near {max(0 * us, (connections * work - (extra + 1) * work) / extra) / ms:.1f} ms"


expect("makespan", on="loop", value=connections * work + latency)
expect("makespan", on="gil", value=on_threads(workers(), 1))
expect("makespan", on="threads", value=on_threads(workers(), p))
expect("makespan", on="stealing", value=rounds(connections, p) * work + latency)
expect("tasks", value=connections)


async def fetch(i):
    await io(latency)                    # a slow answer: nobody needs a core for this
    compute(work)
    return 1


async def main():
    answers = sum(await gather(*[fetch(i) for i in range(connections)]))
    print(f"{answers:,} answers")
    print(f"by the formula, slow begins {slow_begins()}")


run(main)
