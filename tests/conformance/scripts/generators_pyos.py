"""The course's operating system: Task, Scheduler, SystemCall."""
from interleave import *


class Task:
    taskid = 0

    def __init__(self, target):
        Task.taskid += 1
        self.tid = Task.taskid
        self.target = target
        self.sendval = None

    def run(self):
        return self.target.send(self.sendval)


class SystemCall:
    def handle(self):
        pass


class GetTid(SystemCall):
    def handle(self):
        self.task.sendval = self.task.tid
        self.sched.schedule(self.task)


class NewTask(SystemCall):
    def __init__(self, target):
        self.target = target

    def handle(self):
        self.task.sendval = self.sched.new(self.target)
        self.sched.schedule(self.task)


class WaitTask(SystemCall):
    def __init__(self, tid):
        self.tid = tid

    def handle(self):
        result = self.sched.waitforexit(self.task, self.tid)
        self.task.sendval = result
        if not result:
            self.sched.schedule(self.task)


class Scheduler:
    def __init__(self):
        self.ready, self.taskmap, self.exit_waiting = [], {}, {}

    def new(self, target):
        task = Task(target)
        self.taskmap[task.tid] = task
        self.schedule(task)
        return task.tid

    def schedule(self, task):
        self.ready.append(task)

    def waitforexit(self, task, tid):
        if tid in self.taskmap:
            self.exit_waiting.setdefault(tid, []).append(task)
            return True
        return False

    def exit(self, task):
        print(f"Task {task.tid} terminated")
        del self.taskmap[task.tid]
        for waiting in self.exit_waiting.pop(task.tid, []):
            self.schedule(waiting)

    def mainloop(self):
        while self.taskmap:
            task = self.ready.pop(0)
            try:
                result = task.run()
                if isinstance(result, SystemCall):
                    result.task, result.sched = task, self
                    result.handle()
                    continue
            except StopIteration:
                self.exit(task)
                continue
            self.schedule(task)


def foo(n):
    tid = yield GetTid()
    for i in range(n):
        print("I'm foo", tid)
        yield


def parent():
    child = yield NewTask(foo(3))
    print("waiting for child", child)
    ok = yield WaitTask(child)
    print("child done", ok)


def main():
    sched = Scheduler()
    sched.new(parent())
    sched.new(foo(2))
    sched.mainloop()


run(main)
