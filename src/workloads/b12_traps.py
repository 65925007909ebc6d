"""Operating systems in brief: one CPU, two tasks, and the only two ways to get the CPU back.

For the teacher. A CPU runs one thing. While a task has it, the operating system does not run at all! It gets the CPU back in two ways: the
task asks it for something (a trap), or a clock interrupts. Here yield is the trap: a task runs until it yields, then the system runs for
a moment, puts the task where it belongs (waiting, or ready) and picks the next. Set "timer" to 1: the clock cuts every task after one
slice, whether it asked or not. To be seen: "system" between every two slices, and each task going from running to waiting to ready and
to running. A task that neither traps nor is cut has the machine for itself; that is B15's bad server.

For the developer. A generator cannot be cut from outside, so with the timer on a task yields "cut" after each slice; that is the one thing
here that is played. A task that waits does so for two turns of the others.
"""
from interleave import *

lesson(id="B12", name="traps", title="Traps and the timer",
       claim="While a task runs, the system does not. It gets the CPU back by a trap or by the clock, and by nothing else.",
       source="Beazley, part 6",
       question="Two tasks, one CPU, and a system that needs {system} each time. How does it ever get to run?",
       answer="output", on=["serial", "loop"], workers=1, cores=1)

rounds = param(3, min=1, max=20)
piece = param(10 * ms, min=1 * ms, max=100 * ms, log=True)
system = param(1 * ms, min=0 * ms, max=20 * ms)
timer = param(0, min=0, max=1)

turns = 2 * rounds * (2 if timer else 1) + 2
expect("makespan", value=2 * rounds * 2 * piece + turns * system)
expect("output", value=f"the system ran {turns} times, {'every slice was cut by the clock' if timer else 'each time because a task asked'}")


def task(name):
    for n in range(rounds):
        compute(piece)
        if timer:
            yield "cut"                  # the clock: back into the ready line
        compute(piece)
        yield "read"                     # a trap: waits for an answer


async def machine():
    ready = [task("A"), task("B")]
    waiting = []
    turns = 0
    while ready or waiting:
        if not ready:
            ready.append(waiting.pop(0))
        running = ready.pop(0)
        why = next(running, "exit")
        compute(system)                  # only now does the system run
        turns += 1
        if why == "cut":
            ready.append(running)
        elif why == "read":
            waiting.append(running)
        if waiting and len(waiting) > 1:
            ready.append(waiting.pop(0))
    print(f"the system ran {turns} times, {'every slice was cut by the clock' if timer else 'each time because a task asked'}")


async def main():
    await gather(machine())


run(main)
