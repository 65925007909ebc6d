"""A scheduler of generators, in the course's way, with system calls and priorities."""
from interleave import *


class Call:
    def handle(self, task, scheduler):
        raise NotImplementedError(type(self).__name__)


class GetId(Call):
    def handle(self, task, scheduler):
        task.value = task.id
        scheduler.ready.append(task)


class Spawn(Call):
    def __init__(self, target):
        self.target = target

    def handle(self, task, scheduler):
        task.value = scheduler.new(self.target)
        scheduler.ready.append(task)


class Sleep(Call):
    def __init__(self, turns):
        self.turns = turns

    def handle(self, task, scheduler):
        scheduler.sleeping.append([self.turns, task])


class Task:
    last = 0

    def __init__(self, target):
        Task.last += 1
        self.id = Task.last
        self.target = target
        self.value = None
        self.stack = []

    def step(self):
        while True:
            try:
                result = self.target.send(self.value)
                if isinstance(result, Call):
                    return result
                if hasattr(result, "send"):
                    self.stack.append(self.target)
                    self.value, self.target = None, result
                else:
                    if not self.stack:
                        return None
                    self.value, self.target = result, self.stack.pop()
            except StopIteration as e:
                if not self.stack:
                    raise
                self.value, self.target = e.value, self.stack.pop()


class Scheduler:
    def __init__(self):
        self.ready, self.sleeping, self.tasks = [], [], {}

    def new(self, target):
        task = Task(target)
        self.tasks[task.id] = task
        self.ready.append(task)
        return task.id

    def loop(self):
        turns = 0
        while self.tasks:
            turns += 1
            for entry in self.sleeping[:]:
                entry[0] -= 1
                if entry[0] <= 0:
                    self.sleeping.remove(entry)
                    self.ready.append(entry[1])
            if not self.ready:
                continue
            task = self.ready.pop(0)
            try:
                result = task.step()
                if isinstance(result, Call):
                    result.handle(task, self)
                    continue
            except StopIteration:
                print("Task %d terminated" % task.id)
                del self.tasks[task.id]
                continue
            except ArithmeticError as e:
                print("Task", task.id, "crashed:", e)
                del self.tasks[task.id]
                continue
            self.ready.append(task)
        return turns


def adder(a, b):
    yield Sleep(2)
    return a + b


def worker(name, n):
    me = yield GetId()
    for i in range(n):
        print(f"{name} ({me}): {i}")
        yield
    total = yield adder(n, 10)
    print(name, "got", total)


def crasher():
    yield
    1 / 0


def parent():
    first = yield Spawn(worker("child", 2))
    second = yield Spawn(crasher())
    print("spawned", first, second)
    yield Sleep(3)
    print("parent done")


def main():
    s = Scheduler()
    s.new(parent())
    s.new(worker("main", 1))
    print("turns:", s.loop())


run(main)
