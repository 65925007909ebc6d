"""Threads share memory, processes do not: one counter, two tasks that add 1.

For the teacher. A process owns memory; threads live in it together. Two tasks each add 1 to a counter of the program and say what they see.
On threads, and on the loop, the second sees 2, and so does main: there is one counter. On processes each sees 1, and main still
has 0: there are three counters, one in each process, and what a process does to its own is nobody else's affair. That is safety and
price at once: nothing can be spoilt, and everything that is wanted back must be sent. To be seen: one box or three, and what was seen in each.

For the developer. The second task starts a moment later, so that this is not about the race (that is Q3). With one core there is one worker
process, and the two tasks find the same counter there.
"""
from interleave import *

lesson(id="Q2", name="memory", title="Whose counter?",
       claim="Threads change the same memory; each process changes its own.",
       source="stackoverflow.com/questions/5201852",
       question="Two tasks add 1 to one counter. What does each see, and what does main see?",
       scene="memory", answer="lines", on=["processes", "serial", "threads", "gil", "loop"], workers=2, cores=2)

tasks = param(2, min=1, max=2)
later = param(50 * ms, min=10 * ms, max=1 * s)

counter = [0]
private = min(workers(), cores()) > 1
expect("output", on=["serial", "threads", "gil", "loop"], value=[f"task {n + 1} sees {n + 1}" for n in range(tasks)] + [f"main sees {tasks}"])
expect("lines", on="processes", value=[f"task {n + 1} sees {1 if private else n + 1}" for n in range(tasks)] + ["main sees 0"])


async def add(number):
    await io(number * later)
    counter[0] += 1
    print(f"task {number + 1} sees {counter[0]}")


async def main():
    await gather(*[add(number) for number in range(tasks)])
    print(f"main sees {counter[0]}")


run(main)
