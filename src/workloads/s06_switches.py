"""Context switches: two threads that count, on one core, and a clock that takes the core away from them.

For the teacher. A thread does not say when it may be interrupted; the core is taken from it, here every 5 ms, wherever
it stands. Run it several times: the lines of A and B come in another order each time, and the result is the same. To be
seen: slices of the two threads take turns on the core, and none of the cuts sits on a line that says so. A cut is not
free: a switch that costs s after a slice of q loses s / (q + s) of the core. With s = 50 µs that is 0.5 % at 10 ms, 4.8 %
at 1 ms and 33 % at 0.1 ms. Move "quantum" and compare the number of switches. On the event loop nobody is interrupted at
all: A is finished before B begins, and the order is the same every time.

For the developer. The interpreter lock is what takes turns here: gil_interval() sets after how long a thread must give it
up. Each thread works in parts of a few milliseconds and prints one line after each, so that the order can be read.
"switch" is not paid by this run, whose switches cost what they cost on this machine (a few microseconds); it is a price that
the last line computes with, and it says so: "would lose". Lines are compared in any order, since their order is what nobody can promise.
"""
from interleave import *

lesson(id="S6", name="switches", title="Context switches",
       claim="A thread is interrupted at moments that it does not choose, and each interruption costs something.",
       source="SEED.md, multithreading",
       question="{threads} threads, each with {work} to do, and one core that changes hands every {quantum}. In which order do their lines come?",
       scene="tasks", answer=["order", "output"], on=["gil", "loop"], workers=8, cores=1)

threads = param(2, min=2, max=8)
work = param(60 * ms, min=10 * ms, max=2 * s, log=True)
parts = param(6, min=1, max=20)
quantum = param(5 * ms, min=100 * us, max=100 * ms, log=True)
switch = param(50 * us, min=0 * us, max=1 * ms)

quantum = gil_interval(quantum)
lost = switch / (quantum + switch) * 100
names = ["A", "B", "C", "D", "E", "F", "G", "H"][:threads]
last_lines = [f"{threads} threads have counted to {parts}", f"at a price of {switch}, a switch every {quantum} would lose {lost:.1f} % of the core"]

expect("makespan", value=threads * work)
expect("switches", on="gil", least=threads * work // quantum // 2)
expect("switches", on="loop", most=threads + 1)
expect("output", on="loop", value=[f"{name} {part + 1}" for name in names for part in range(parts)] + last_lines)
expect("lines", on="gil", value=[f"{name} {part + 1}" for name in names for part in range(parts)] + last_lines)


async def count(name):
    for part in range(parts):
        compute(work / parts)            # interrupted anywhere in here
        print(f"{name} {part + 1}")
    return parts


async def main():
    counted = await gather(*[count(name) for name in names])
    print(f"{len(counted)} threads have counted to {max(counted)}")
    print(f"at a price of {switch}, a switch every {quantum} would lose {lost:.1f} % of the core")


run(main)
