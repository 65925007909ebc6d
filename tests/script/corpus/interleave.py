"""A stand-in for the module interleave, so that CPython can say what the scripts of this folder print.

One task at a time, no time passes: enough for the language, not for executors. The real module is issue 4's.
"""
import asyncio

_UNITS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9}


class Duration:
    def __init__(self, nanos, unit):
        self.nanos, self.unit = nanos, unit

    def __repr__(self):
        whole, rest = divmod(self.nanos, _UNITS[self.unit])
        return f"{self.nanos / _UNITS[self.unit]!r} {self.unit}" if rest else f"{whole} {self.unit}"

    def _new(self, nanos):
        return Duration(nanos, self.unit)

    def __mul__(self, n): return self._new(round(self.nanos * n))
    __rmul__ = __mul__

    def __add__(self, other): return self if other == 0 and not isinstance(other, Duration) else self._new(self.nanos + other.nanos)
    __radd__ = __add__

    def __sub__(self, other): return self._new(self.nanos - other.nanos)
    def __truediv__(self, n): return self.nanos / n.nanos if isinstance(n, Duration) else self._new(round(self.nanos / n))
    def __floordiv__(self, n): return self.nanos // n.nanos if isinstance(n, Duration) else self._new(self.nanos // n)
    def __mod__(self, other): return self._new(self.nanos % other.nanos)
    def __neg__(self): return self._new(-self.nanos)
    def __abs__(self): return self._new(abs(self.nanos))
    def __bool__(self): return self.nanos != 0
    def __hash__(self): return hash(self.nanos)
    def __eq__(self, other): return isinstance(other, Duration) and self.nanos == other.nanos
    def _of(self, other): return other.nanos if isinstance(other, Duration) else other
    def __lt__(self, other): return self.nanos < self._of(other)
    def __le__(self, other): return self.nanos <= self._of(other)
    def __gt__(self, other): return self.nanos > self._of(other)
    def __ge__(self, other): return self.nanos >= self._of(other)


ns, us, ms, s = (Duration(n, unit) for unit, n in _UNITS.items())


def param(value, **limits): return value
def lesson(**facts): pass
def preset(*names, **settings): pass
def expect(*names, **figures): pass
def compute(duration): pass
def block(duration): pass
async def io(duration): pass
async def request(duration, size=0): return size
async def step(): pass
def sum_range(low, high): return sum(range(low, high))
def prepare_numbers(n): pass
def numbers(low, high): return list(range(low, high))
def workers(): return 1
def cores(): return 1


async def gather(*children):
    return [await child for child in children]


class _Task:
    def __init__(self, result): self.result = result

    def __await__(self):
        return self.result
        yield


def spawn(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return _Task(stop.value)


def run(main):
    result = main()
    if asyncio.iscoroutine(result):
        asyncio.run(result)
