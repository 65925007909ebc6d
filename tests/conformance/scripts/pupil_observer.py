"""Observer, as a pupil would write it."""
# on: serial loop threads stealing processes
from interleave import *


class Signal:
    def __init__(self): self.listeners = []
    def connect(self, f):
        self.listeners.append(f)
        return f
    def emit(self, *args, **kw): return [f(*args, **kw) for f in self.listeners[:]]


class Thermometer:
    changed = Signal()
    def __init__(self): self._t = 0
    @property
    def t(self): return self._t
    @t.setter
    def t(self, value):
        old, self._t = self._t, value
        if old != value:
            Thermometer.changed.emit(self, old, new=value)


class Plugin:
    registry = {}
    def __init__(self, name): self.name = name
    def __call__(self, cls):
        Plugin.registry[self.name] = cls
        return cls


@Plugin("csv")
class Csv:
    def write(self, rows): return "\n".join(",".join(map(str, r)) for r in rows)


@Plugin("lines")
class Lines(Csv):
    def write(self, rows): return super().write(rows).replace(",", "\t").expandtabs(4)


class Once:
    made = None
    @classmethod
    def get(cls):
        if cls.made is None:
            cls.made = cls()
        return cls.made


async def main():
    log = []

    @Thermometer.changed.connect
    def note(who, old, new): log.append((old, new))
    Thermometer.changed.connect(lambda who, old, new: log.append("hot") if new > 30 else None)
    t = Thermometer()
    for v in (10, 10, 35):
        t.t = v
    print(log, note.__name__, Once.get() is Once.get())
    for name, cls in sorted(Plugin.registry.items()):
        print(name, cls.__name__, repr(cls().write([(1, "a"), (22, "b")])))
    try:
        t.nope
    except AttributeError as e:
        print(e)
    try:
        Thermometer().t.x
    except AttributeError as e:
        print(e)


run(main)
