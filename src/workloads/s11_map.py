"""The recap as a map: which executor wins, for which number of connections and which wait.

For the teacher. The three recaps are three sentences about a plane: how many connections there are, and how long each waits. The
script draws that plane. The first letter of a cell is what the recap asks for: P for processes when the work is longer than the
wait, T for threads when there are at most 100 connections or the wait is at most 10 ms, L for the event loop otherwise. The
second is who wins: the same one where the recap is as good as anything, another where it is wrong (S: serial), "=" where there
is nothing to choose. The winners are computed with the formulas of the other lessons. Then the script runs one cell of the
map, and you compare. Move "work", and the borders move; with other people's machines they lie elsewhere, too.

For the developer. Within 10 % of the best an executor counts as equal; of several winners the simplest is named, in the order S, L, T,
P. Threads have a limit of 256, processes are one per core. Threads here are threads under the GIL, since that is the Python of the recaps. An interactive map of measured runs is
to come; these are computed, and the run beside them is measured.
"""
from interleave import *

lesson(id="S11", name="map", title="The recaps as a map",
       claim="The recaps are borders on a map, and the borders move with the work, the machine and the limit of threads.",
       source="SEED.md, recap",
       question="{connections} connections, {latency} each, {work} of work. The recap chooses {chosen}. Which one wins?",
       scene="map", answer=["winner", "gil", "loop", "processes"], on=["serial", "gil", "processes", "loop"], workers=256, cores=4)

connections = param(50, min=1, max=1_000, log=True)
latency = param(20 * ms, min=100 * us, max=1 * s, log=True)
work = param(1 * ms, min=10 * us, max=20 * ms, log=True)

cap = 256
machine = cores()
columns = [100 * us, 1 * ms, 10 * ms, 100 * ms, 1000 * ms]
rows = [1, 10, 100, 1_000, 10_000]


def rounds(n, at_once):
    return (n + at_once - 1) // at_once


def holding(n, wait, w, p):
    """n tasks on w workers that stay with them; p compute at once."""
    w = min(w, n)
    full = n // w
    rest = n - full * w
    last_full = full * (wait + work) + (rounds(w, p) - 1) * work
    last_rest = (full + 1) * (wait + work) + (rounds(rest, p) - 1) * work if rest else 0 * ms
    return max(last_full, last_rest, rounds(n, p) * work + wait)


def times(n, wait, threads):
    return {"S": n * (wait + work), "L": n * work + wait, "T": holding(n, wait, threads, 1), "P": holding(n, wait, machine, machine)}


def recap(n, wait):
    if work > wait:
        return "P"
    return "T" if n <= 100 or wait <= 10 * ms else "L"


def cell(n, wait):
    """What the recap says, and who wins."""
    options = times(n, wait, cap)
    best = min([options[name] for name in ["S", "L", "T", "P"]])
    good = [name for name in ["S", "L", "T", "P"] if options[name] <= best + best / 10]
    if len(good) == 4:
        return recap(n, wait) + "="
    return recap(n, wait) + (recap(n, wait) if recap(n, wait) in good else good[0])


chosen = {"P": "processes", "T": "threads", "L": "the event loop"}[recap(connections, latency)]
picture = ["who the recap asks for, then who wins:", "P processes, T threads, L loop, S serial",
           " wait" + "".join([f"{name:>6}" for name in ["0.1ms", "1ms", "10ms", "100ms", "1s"]])]
picture += [f"{n:>5}" + "".join([f"{cell(n, wait):>6}" for wait in columns]) for n in rows]
here = times(connections, latency, workers())
expect("makespan", on="serial", value=here["S"])
expect("makespan", on="loop", value=here["L"])
expect("makespan", on="gil", value=here["T"])
expect("makespan", on="processes", value=holding(connections, latency, workers(), min(workers(), machine)))
expect("output", value=picture + [f"{connections:,} answers"])


async def fetch(i):
    await io(latency)
    compute(work)
    return 1


async def main():
    for line in picture:
        print(line)
    answers = await gather(*[fetch(i) for i in range(connections)])
    print(f"{sum(answers):,} answers")


run(main)
