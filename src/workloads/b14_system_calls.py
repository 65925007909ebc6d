"""System calls: a task yields a request, and the scheduler answers it.

For the teacher. In the course a task that wants something of the system yields an object that says what: GetTid, NewTask, KillTask,
WaitTask. That yield is the trap; the answer comes back as the value of the yield. Here a parent asks for its own number, starts two
children, kills one, waits for the other, and is told when it is over. To be seen: a request goes up, an answer comes down, and a
task that waits for another is in no ready line at all, only on that other's exit list, which the system prints. WaitTask for a task that
does not exist is answered at once with False: set "stranger" to 1.

For the developer. Requests know how to carry themselves out (handle), so the scheduler needs no list of them. Each turn of a child is a
short compute().
"""
from interleave import *

lesson(id="B14", name="system_calls", title="Requests to the system",
       claim="A request to the system is something yielded; its answer is what the yield gives back.",
       source="Beazley, pyos4 to pyos6",
       question="A parent starts two children, kills one and waits for the other's {turns} turns. Who runs when?",
       answer="order", on=["serial", "loop"], workers=1, cores=1)

turns = param(4, min=3, max=50)
turn = param(5 * ms, min=0 * ms, max=100 * ms)
stranger = param(0, min=0, max=1)

expect("output", value=["parent: I am task 1", "child 2: turn 1", "child 2: turn 2", "child 3: turn 1", "parent: children 2 and 3",
                        "child 3: turn 2", "parent: killed 2, True", "system: exit list of 3: task 1"]
       + [f"child 3: turn {n + 1}" for n in range(2, turns)] + ["Task 3 is over", "system: exit list of 3: nobody"]
       + ["parent: task 3 has ended, True"] + (["parent: task 99 has ended, False"] if stranger else []) + ["Task 1 is over", "all tasks are over"])
expect("makespan", value=(turns + 2) * turn)


class Task:
    def __init__(self, tid, target):
        self.tid = tid
        self.target = target
        self.answer = None


class GetTid:
    def handle(self, system, task):
        task.answer = task.tid
        system.ready.append(task)


class NewTask:
    def __init__(self, target):
        self.target = target

    def handle(self, system, task):
        task.answer = system.new(self.target)
        system.ready.append(task)


class KillTask:
    def __init__(self, tid):
        self.tid = tid

    def handle(self, system, task):
        victim = system.tasks.get(self.tid)
        if victim:
            victim.target.close()
        task.answer = victim is not None
        system.ready.append(task)


class WaitTask:
    def __init__(self, tid):
        self.tid = tid

    def handle(self, system, task):
        task.answer = self.tid in system.tasks
        if task.answer:
            system.waiters.setdefault(self.tid, []).append(task)   # in no ready line
            print(f"system: exit list of {self.tid}: task {task.tid}")
        else:
            system.ready.append(task)


class Scheduler:
    def __init__(self):
        self.ready = []
        self.tasks = {}
        self.waiters = {}
        self.last = 0

    def new(self, target):
        self.last += 1
        task = Task(self.last, target)
        self.tasks[task.tid] = task
        self.ready.append(task)
        return task.tid

    def exit(self, task):
        self.tasks.pop(task.tid)
        for waiter in self.waiters.pop(task.tid, []):
            self.ready.append(waiter)
            print(f"system: exit list of {task.tid}: nobody")

    def mainloop(self):
        while self.tasks:
            task = self.ready.pop(0)
            try:
                request = task.target.send(task.answer)
                task.answer = None
            except StopIteration:
                if task.tid not in killed:
                    print(f"Task {task.tid} is over")
                self.exit(task)
                continue
            if request is None:
                self.ready.append(task)
            else:
                request.handle(self, task)


killed = []


def child(number):
    for n in range(turns):
        compute(turn)
        print(f"child {number}: turn {n + 1}")
        yield


def parent():
    me = yield GetTid()
    print(f"parent: I am task {me}")
    first = yield NewTask(child(2))
    second = yield NewTask(child(3))
    print(f"parent: children {first} and {second}")
    killed.append(first)
    gone = yield KillTask(first)
    print(f"parent: killed {first}, {gone}")
    there = yield WaitTask(second)
    print(f"parent: task {second} has ended, {there}")
    if stranger:
        there = yield WaitTask(99)
        print(f"parent: task 99 has ended, {there}")


async def machine():
    system = Scheduler()
    system.new(parent())
    system.mainloop()
    print("all tasks are over")


async def main():
    await gather(machine())


run(main)
