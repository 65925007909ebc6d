"""A scheduler in twenty lines: tasks, a ready line, and what happens when one of them ends.

For the teacher. The course writes an operating system in Python. A task wraps a generator; the scheduler takes the first task of the ready
line, runs it to its next yield, and puts it at the end. foo and bar take turns. Then bar, which is shorter, ends: its
generator raises StopIteration, nobody catches it, and the whole system dies, foo with it in the middle of its work. That is the crash,
and the lesson: one task that ends must not end all. Set "fixed" to 1: the scheduler catches StopIteration, forgets that task, and
foo goes on alone to its end.

For the developer. The crash is caught at the very end, so that it can be shown; everything after the scheduler's loop is what would have been
a traceback. Each turn of a task is a short compute(), so that it can be seen.
"""
from interleave import *

lesson(id="B13", name="scheduler", title="A scheduler, and its crash",
       claim="A scheduler that does not expect a task to end is ended by the first task that does.",
       source="Beazley, pyos1 to pyos3",
       question="foo runs {foos} times, bar {bars} times, in turns. What happens when the first one is done?",
       answer="output", on=["serial", "loop"], workers=1, cores=1)

foos = param(10, min=1, max=100)
bars = param(5, min=1, max=100)
turn = param(5 * ms, min=0 * ms, max=100 * ms)
fixed = param(0, min=0, max=1)


def expected():
    lines = []
    foo_runs = "I'm foo"
    for n in range(max(foos, bars) + 1):
        for name, most in [("foo", foos), ("bar", bars)]:
            if n < most:
                lines.append(f"I'm {name}")
            elif n == most and fixed:
                lines.append(f"Task {1 if name == 'foo' else 2} terminated")
            elif n == most:
                return lines + [f"crash: StopIteration; foo had run {lines.count(foo_runs)} of {foos} times"]
    return lines + ["nothing left to run"]


expect("output", value=expected())
expect("makespan", value=len([line for line in expected() if line.startswith("I")]) * turn)


class Task:
    def __init__(self, tid, target):
        self.tid = tid
        self.target = target

    def run(self):
        return self.target.send(None)


class Scheduler:
    def __init__(self):
        self.ready = []
        self.tasks = {}
        self.last = 0

    def new(self, target):
        self.last += 1
        task = Task(self.last, target)
        self.tasks[task.tid] = task
        self.ready.append(task)
        return task.tid

    def exit(self, task):
        print(f"Task {task.tid} terminated")
        self.tasks.pop(task.tid)

    def mainloop(self):
        while self.tasks:
            task = self.ready.pop(0)
            if fixed:
                try:
                    task.run()
                except StopIteration:
                    self.exit(task)
                    continue
            else:
                task.run()
            self.ready.append(task)


def foo():
    for n in range(foos):
        compute(turn)
        print("I'm foo")
        yield


def bar():
    for n in range(bars):
        compute(turn)
        print("I'm bar")
        yield


async def machine():
    system = Scheduler()
    system.new(foo())
    system.new(bar())
    try:
        system.mainloop()
        print("nothing left to run")
    except StopIteration:
        print(f"crash: StopIteration; foo had run {min(foos, bars + 1)} of {foos} times")


async def main():
    await gather(machine())


run(main)
