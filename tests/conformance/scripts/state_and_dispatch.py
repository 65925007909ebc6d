"""A state machine and listeners."""
from interleave import *


class Machine:
    transitions = {("idle", "start"): "running", ("running", "pause"): "paused", ("paused", "start"): "running", ("running", "stop"): "idle"}

    def __init__(self):
        self.state, self.log = "idle", []

    def fire(self, event):
        try:
            new = self.transitions[self.state, event]
        except KeyError:
            self.log.append(f"{self.state}: no {event}")
            return self
        self.log.append(f"{self.state} -> {new}")
        self.state = new
        handler = getattr(self, "on_" + new, None)
        if handler:
            handler(event)
        return self

    def on_running(self, event):
        self.log.append("running because of " + event)


class Events:
    def __init__(self):
        self.listeners = {}

    def on(self, name):
        def register(f):
            self.listeners.setdefault(name, []).append(f)
            return f
        return register

    def emit(self, name, *args, **kw):
        return [f(*args, **kw) for f in self.listeners.get(name, [])]


events = Events()


@events.on("greet")
def hello(who, loud=False):
    return ("HELLO " if loud else "hello ") + who


@events.on("greet")
def bye(who, **_):
    return "bye " + who


async def main():
    m = Machine().fire("start").fire("jump").fire("pause").fire("start").fire("stop")
    print(m.state)
    print("\n".join(m.log))
    print(events.emit("greet", "Bob", loud=True), events.emit("none"), hello("x"))
    commands = {"add": lambda a, b: a + b, "neg": lambda a: -a, "max": max}
    for line in ["add 1 2", "neg 5", "max 3 9 4", "foo 1", "add 1"]:
        name, *args = line.split()
        try:
            print(name, commands[name](*map(int, args)))
        except KeyError as e:
            print("unknown", e)
        except TypeError:
            print("wrong arguments")


run(main)
