"""interleave -- runs the lessons of this folder, and scripts like them, under CPython itself.

    python3 s04_http.py --on loop
    python3 s04_http.py --on threads --workers 100 --set latency=50ms --trace out.json

Same file, same output, but the standard library does the work: asyncio, threading, multiprocessing. So a learner sees
that the words of a lesson are Python's, and Interleave has a second opinion about each of its own executors.

  loop       asyncio on one thread
  serial     one task after the other; a wait holds everything
  threads    real threads, one coroutine per thread at a time; a task that waits holds its thread
  gil        the same: CPython 3.11 has no threads without the GIL
  processes  child processes with memory of their own; a coroutine that has not begun travels as a name and arguments
  stealing   refused: CPython has nothing like it

`--clock jump` is for tests of `loop` and `serial`: time does not pass, it jumps to the next timer, ties in order of
registration. `--order FILE` writes which task ran when (1 is main, then in order of creation), one number per switch.

Python 3.11 or later, standard library only. Sections: times; settings; clock and trace; one thread; threads;
processes; requests; operations; declarations and run.
"""
import argparse
import ast
import asyncio
import array
import atexit
import base64
import builtins
import codecs
import collections
import collections.abc
import concurrent.futures
import contextlib
import functools
import heapq
import http.client
import inspect
import io as _io
import json
import mmap
import multiprocessing
import os
import pathlib
import pickle
import queue as _queue
import random
import select
import signal
import socket as _socket
import subprocess
import sys
import tempfile
import threading
import time
import types
import weakref
from asyncio import CancelledError, InvalidStateError, QueueEmpty, QueueFull

__all__ = """ns us ms s lesson param preset expect gil_interval run workers cores print
compute block io sleep request step sum_range numbers prepare_numbers gather spawn wait_for timeout to_thread to_process
Lock Semaphore Event Queue shared listen connect readable
CancelledError TimeoutError InvalidStateError QueueEmpty QueueFull""".split()
TimeoutError = builtins.TimeoutError

# ------------------------------------------------------------------------------------------------------------- times

_UNITS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9}


def _zero(other):
    return isinstance(other, int) and other == 0


class Duration:
    """A time in whole nanoseconds, shown in the unit in which it was written."""
    __slots__ = ("nanos", "unit")

    def __init__(self, nanos, unit):
        self.nanos, self.unit = nanos, unit

    def __repr__(self):
        whole, rest = divmod(self.nanos, _UNITS[self.unit])
        unit = self.unit.replace("us", "µs")
        return f"{self.nanos / _UNITS[self.unit]!r} {unit}" if rest else f"{whole} {unit}"

    def __format__(self, spec):
        return format(str(self), spec)

    def _new(self, nanos):
        return Duration(nanos, self.unit)

    def __add__(self, other):
        if _zero(other):
            return self
        if not isinstance(other, Duration):
            return NotImplemented
        return Duration(self.nanos + other.nanos, self.unit if self.nanos else other.unit)

    def __radd__(self, other): return self if _zero(other) else NotImplemented

    def __sub__(self, other):
        if _zero(other):
            return self
        if not isinstance(other, Duration):
            return NotImplemented
        return Duration(self.nanos - other.nanos, self.unit if self.nanos else other.unit)

    def __rsub__(self, other): return -self if _zero(other) else NotImplemented

    def __mul__(self, n): return self._new(round(self.nanos * n)) if isinstance(n, (int, float)) else NotImplemented
    __rmul__ = __mul__

    def __truediv__(self, n):
        if isinstance(n, Duration):
            return self.nanos / n.nanos
        return self._new(round(self.nanos / n)) if isinstance(n, (int, float)) else NotImplemented

    def __floordiv__(self, n):
        if isinstance(n, Duration):
            return self.nanos // n.nanos
        return self._new(self.nanos // n) if isinstance(n, int) else NotImplemented

    def __mod__(self, other): return self._new(self.nanos % other.nanos) if isinstance(other, Duration) else NotImplemented
    def __neg__(self): return self._new(-self.nanos)
    def __pos__(self): return self
    def __abs__(self): return self._new(abs(self.nanos))
    def __bool__(self): return self.nanos != 0
    def __hash__(self): return hash(self.nanos)
    def __eq__(self, other): return isinstance(other, Duration) and self.nanos == other.nanos

    def _order(self, other, less):
        if isinstance(other, Duration) or _zero(other):
            return less(self.nanos, other.nanos if isinstance(other, Duration) else 0)
        return NotImplemented

    def __lt__(self, other): return self._order(other, int.__lt__)
    def __le__(self, other): return self._order(other, int.__le__)
    def __gt__(self, other): return self._order(other, int.__gt__)
    def __ge__(self, other): return self._order(other, int.__ge__)


ns, us, ms, s = (Duration(n, unit) for unit, n in _UNITS.items())


def _nanos(duration, of):
    if not isinstance(duration, Duration):
        kind = type(duration).__name__
        why = "; a plain number has no unit." if isinstance(duration, (int, float)) else ", not None." if duration is None else f", not {'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}."
        raise TypeError(f"{of}() needs a time, such as 200 * ms{why}")
    if duration.nanos < 0:
        raise ValueError(f"{of}() got a negative time, {duration}.")
    return duration.nanos


def _parse_number(text):
    """The number of '200ms', '1.5s' or '40'; times in nanoseconds, as whole numbers."""
    text = text.replace("µs", "us")
    for unit, factor in _UNITS.items():
        if text.endswith(unit):
            return round(_finite(text[:-len(unit)]) * factor)
    return _finite(text)


def _finite(text):
    number = float(text)
    if number - number != 0:
        raise ValueError(text)
    return number


# ---------------------------------------------------------------------------------------------------------- settings

_EXECUTORS = ["serial", "threads", "gil", "processes", "loop", "stealing"]


class _Refused(Exception):
    """A sentence for whoever called the script."""


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise _Refused(f"{message[0].upper()}{message[1:].rstrip('.')}. (--help lists the options.)")


def _count(text):
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 on is needed, not '{text}'")
    return int(text)


class _Settings:
    """The script, what its declarations say, and what the command line says. Read once, when the script first asks."""

    def __init__(self, arguments=None):
        self.file = os.path.abspath(getattr(sys.modules["__main__"], "__file__", None) or sys.argv[0])
        self.in_child = multiprocessing.parent_process() is not None
        parser = _Parser(prog=f"python3 {os.path.basename(self.file)}")
        parser.add_argument("preset", nargs="?", help="an id of the script's lesson or presets, such as S5")
        parser.add_argument("--on", choices=_EXECUTORS)
        parser.add_argument("--workers", type=_count, default=0)
        parser.add_argument("--cores", type=_count, default=0)
        parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
        parser.add_argument("--cost", action="append", default=[], metavar="gil_interval=VALUE")
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--trace", metavar="FILE.json", help="a trace that Perfetto opens")
        parser.add_argument("--json", action="store_true", help="print one object instead of the output")
        parser.add_argument("--clock", choices=["real", "jump"], default="real")
        parser.add_argument("--order", metavar="FILE", help="which task ran when")
        self.options = o = parser.parse_args([] if self.in_child else sys.argv[1:] if arguments is None else arguments)
        self.source = pathlib.Path(self.file).read_text(encoding="utf-8-sig")
        self.tree = ast.parse(self.source)
        lesson, chosen = self._declared(o.preset)
        machine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        on = chosen.get("on") or lesson.get("on") or "serial"
        self.on = o.on or (on if isinstance(on, str) else on[0])
        self.workers = o.workers or chosen.get("workers") or lesson.get("workers") or machine
        self.cores = min(o.cores or chosen.get("cores") or lesson.get("cores") or machine, machine)
        if self.on == "processes":
            self.workers = min(self.workers, self.cores)
        self.machine = machine
        self.set = {k: v for k, v in chosen.items() if k not in ("on", "workers", "cores", "title", "claim", "source", "question", "answer")}
        self.set |= self._named_numbers("--set", o.set)
        for name in (o.trace, o.order):
            if name and not os.path.isdir(os.path.dirname(os.path.abspath(name))):
                raise _Refused(f"There is no folder for {name}.")
        cost = self._named_numbers("--cost", o.cost)
        if cost.keys() - {"gil_interval"}:
            raise _Refused("CPython lets one cost be chosen: gil_interval.")
        self.gil_interval = cost.get("gil_interval")
        self.name = lesson.get("name") or pathlib.Path(self.file).stem
        self.parameters = {}
        self.expected = []  # (figure, bound, value)
        self.numbers = []
        self.shared_numbers = None, 0  # name, how many
        self.pool = None  # of to_process
        self.used_names = {node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)}

    @staticmethod
    def _named_numbers(option, texts):
        numbers = {}
        for text in texts:
            name, equals, value = text.partition("=")
            try:
                if not name.isidentifier():
                    raise ValueError(name)
                numbers[name] = _parse_number(value)
            except ValueError:
                if option == "--set" and equals and name.isidentifier() and value and not value[0].isdigit():
                    numbers[name] = value  # the name of a choice: param() knows
                    continue
                raise _Refused(f"{option} wants NAME=VALUE, such as latency=200ms, not '{text}'.") from None
        return numbers

    def _declared(self, preset):
        """What lesson() says, and preset(ID): known before the script has run as far as that."""
        known = {unit: Duration(n, unit) for unit, n in _UNITS.items()}
        lesson, presets = {}, {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("lesson", "preset"):
                facts = {}
                for keyword in node.keywords:
                    try:
                        value = eval(compile(ast.Expression(keyword.value), self.file, "eval"), dict(known))
                    except Exception:
                        continue  # says something that only the running script knows
                    facts[keyword.arg] = value.nanos if isinstance(value, Duration) else value
                if node.func.id == "lesson":
                    lesson = facts
                else:
                    presets[ast.literal_eval(node.args[0])] = facts
        if preset and preset not in presets and preset != lesson.get("id"):
            raise _Refused(f"The script has no preset '{preset}'. There are: {', '.join([lesson.get('id', ''), *presets])}.")
        return lesson, presets.get(preset, {})

    def executor_id(self):
        """Threads of CPython are threads under its GIL."""
        return "gil" if self.on == "threads" else self.on

    def link(self):
        """What was run and with which settings, as Interleave's links say it. The script goes along: whoever opens the
        trace knows by it whether this is a lesson of theirs."""
        o = self.options
        parts = ["v=1", f"l={os.path.basename(self.file)}", f"on={self.executor_id()}"]
        parts += [f"w={o.workers}"] if o.workers else []
        parts += [f"p={o.cores}"] if o.cores else []
        parts += [f"seed={o.seed}"] if o.seed != 7 else []
        parts += [f"gil={self.gil_interval}ns"] if self.gil_interval else []
        parts += [f"s.{name}={value}" for name, value in sorted(self.set.items())]
        parts.append("src=" + base64.urlsafe_b64encode(self.source.encode()).decode().rstrip("="))
        return "&".join(parts)

    def name_of_parameter(self, line):
        """The name that `name = param(...)` of this line assigns to."""
        for node in ast.walk(self.tree):
            if (isinstance(node, ast.Assign) and node.lineno <= line <= node.end_lineno and isinstance(node.value, ast.Call)
                    and getattr(node.value.func, "id", "") == "param"):
                return node.targets[0].id
        return None


_state = None


def _begin(arguments=None):
    """Reads the command line. A test calls it with its own, to run several scripts in one process."""
    global _state
    try:
        settings = _Settings(arguments)
        if settings.on == "stealing":
            raise _Refused("CPython has no work-stealing scheduler: `stealing` runs in Interleave only.")
        if settings.options.clock == "jump" and settings.on not in ("loop", "serial"):
            raise _Refused("--clock jump is for loop and serial.")
    except _Refused as refused:
        sys.stderr.write(f"{refused}\n")
        sys.exit(2)
    random.seed(settings.options.seed)
    _state = settings
    settings.trace = _Trace(settings)
    settings.executor = _executor_for(settings)
    return settings


def _now_running():
    return _state or _begin()


def _executor():
    return (_state or _begin()).executor


# --------------------------------------------------------------------------------------------------- clock and trace

class _TaskRecord:
    __slots__ = ("id", "parent", "line", "spawned", "ended", "state", "since", "due", "waits_for", "at_line", "spans")

    def __init__(self, number, parent, line, at):
        self.id, self.parent, self.line, self.spawned = number, parent, line, at
        self.ended = self.due = None  # due: when its timer fires
        self.state, self.since = "ready", at
        self.waits_for = "waiting for its tasks"
        self.at_line = line
        self.spans = []  # (state, begin, end, line)


class _Trace:
    """What happened: per lane who ran, per task where it was. Cheap enough to be always on."""

    def __init__(self, settings):
        self.settings = settings
        self.jump = settings.options.clock == "jump"
        self.jumped = 0
        self.epoch = time.perf_counter_ns()
        self.detailed = bool(settings.options.trace)
        self.tasks = {}
        self.lanes = []  # (name, [(state, task, begin, end, line)])
        self.texts = []
        self.printed = []  # as it was written: what print(end="") leaves open, the next goes on with
        self.order = []
        self.next_id = 1
        self.lock = threading.Lock()

    def start(self):
        self.epoch = time.perf_counter_ns()

    def now(self):
        return self.jumped if self.jump else time.perf_counter_ns() - self.epoch

    def lane(self, name):
        self.lanes.append((name, []))
        return len(self.lanes) - 1

    def new_task(self, parent, line=0):
        with self.lock:
            record = _TaskRecord(self.next_id, parent, line, self.now())
            self.next_id += 1
            self.tasks[record.id] = record
        return record

    def stretch(self, record, lane, state, line=0, until=None):
        """The task has been in that state since the last call for it; lane None: in no lane."""
        if not record or not self.detailed:
            return
        at = self.now() if until is None else until
        record.at_line = line or record.at_line
        if at > record.since:
            record.spans.append((state, record.since, at, record.at_line))
            if lane is not None:
                self.lanes[lane][1].append((state, record.id, record.since, at, record.at_line))
        record.since = at

    def begin(self, record):
        """It runs now."""
        self.order.append(record.id)
        if record.due is not None and self.detailed and record.due < self.now():  # since then only the core was missing
            self.stretch(record, None, record.state, until=max(record.due, record.since))
            record.state = "ready"
        record.due = None
        self.stretch(record, None, record.state)
        record.state = "running"

    def end(self, record, lane, over, line=0):
        """It runs no longer, since it waits, or is over."""
        self.stretch(record, lane, "running", line)
        record.state, record.waits_for = record.waits_for, "waiting for its tasks"
        if over:
            record.ended = self.now()

    def text(self, record, text):
        with self.lock:
            self.texts.append((self.now(), record.id if record else 1, text))

    # -- Chrome's trace event format, as Interleave writes it

    def chrome(self, how, makespan):
        e = []
        process = {"pid": 1}
        title = {"serial": "Serial", "loop": "Event loop", "gil": "Threads with a GIL", "threads": "Threads with a GIL",
                 "processes": "Processes"}[self.settings.on]
        e.append({"name": "process_name", "ph": "M", **process, "tid": 1, "args": {"name": f"{title}, measured under CPython"}})
        name = lambda number: "main" if number == 1 else f"task {number - 1}"
        for i, (lane, spans) in enumerate(self.lanes):
            tid = {"pid": 1, "tid": i + 1}
            kind = "coordinator" if i == 0 else {"loop": "loop", "processes": "process"}.get(self.settings.on, "worker")
            e.append({"name": "thread_name", "ph": "M", **tid, "args": {"name": lane, "kind": kind}})
            e.append({"name": "thread_sort_index", "ph": "M", **tid, "args": {"sort_index": i}})
            core = i - 1 if self.settings.on == "processes" and i else 0
            for state, task, begin, end, line in sorted(spans, key=lambda span: span[2]):
                if end > begin:
                    args = {"state": state, "task": task, **({"line": line} if line else {}), **({"core": core} if state == "running" else {})}
                    e.append({"name": name(task) if state == "running" else state, "ph": "X", **tid, "ts": begin / 1000,
                              "dur": (end - begin) / 1000, "cat": "lane", "args": args})
        for record in self.tasks.values():
            if record.parent:
                e.append({"name": "spawn", "ph": "i", "pid": 1, "tid": 1, "ts": record.spawned / 1000, "s": "t", "cat": "mark",
                          "args": {"task": record.id}})
            end = record.ended if record.ended is not None else self.now()
            common = {"pid": 1, "tid": 1, "cat": "task", "id": hex(record.id)}
            total = collections.Counter()
            for state, begin, stop, line in record.spans:
                total["running" if state == "running" else "ready" if state == "ready" else "waiting"] += stop - begin
            e.append({"name": name(record.id), "ph": "b", **common, "ts": record.spawned / 1000,
                      "args": {"parent": record.parent, "line": record.line, "running_us": total["running"] / 1000,
                               "ready_us": total["ready"] / 1000, "waiting_us": total["waiting"] / 1000}})
            for state, begin, stop, line in sorted(record.spans, key=lambda span: span[1]):
                e.append({"name": state, "ph": "b", **common, "ts": begin / 1000, **({"args": {"line": line}} if line else {})})
                e.append({"name": state, "ph": "e", **common, "ts": stop / 1000})
            e.append({"name": name(record.id), "ph": "e", **common, "ts": end / 1000})
        for at, task, text in self.texts:
            e.append({"name": "print", "ph": "i", "pid": 1, "tid": 1, "ts": at / 1000, "s": "p", "cat": "text",
                      "args": {"task": task, "text": text}})
        other = {"program": "Interleave", "measured_under": f"CPython {sys.version.split()[0]}", "executor": self.settings.executor_id(),
                 "provenance": "measured", "how_ended": how, "scenario": self.settings.link(),
                 "makespan_ns": makespan, "tasks": len(self.tasks) - 1, "cores": self.settings.cores,
                 "emulated_cores": False, "clock_step_ns": round(time.get_clock_info("perf_counter").resolution * 1e9),
                 "run_starts_at_us": 0.0, "dropped_events": 0}
        lines = ",\n".join(json.dumps(event, ensure_ascii=False) for event in e)
        return f'{{"displayTimeUnit":"ms","otherData":{json.dumps(other)},"traceEvents":[\n{lines}\n]}}\n'


def _line_of(coroutine):
    """The line of the script in which a coroutine stands, in the innermost function that it awaits."""
    line, file = 0, _state.file
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
        if frame is not None and frame.f_code.co_filename == file:
            line = frame.f_lineno
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "gi_yieldfrom", None)
    return line


def _calling_line():
    frame, file = sys._getframe(1), _state.file
    while frame is not None and frame.f_code.co_filename != file:
        frame = frame.f_back
    return frame.f_lineno if frame else 0


class _Deadlock(BaseException):
    """Every task waits for something that cannot come."""


_DEADLOCK = "Every task waits for something that cannot come."

# -------------------------------------------------------------------------------------------------------- one thread


class _Timer(asyncio.TimerHandle):
    """asyncio's heap leaves ties open; here they come in order of registration."""
    __slots__ = ("order",)

    def __lt__(self, other): return (self._when, self.order) < (other._when, other.order)


class _Selector:
    """Between asyncio and its selector: sees when nothing can happen any more, and makes time jump."""

    def __init__(self, loop, inner):
        self.loop, self.inner = loop, inner

    def select(self, timeout=None):
        loop = self.loop
        idle = timeout is None and loop.elsewhere == 0 and len(self.inner.get_map()) <= 1
        if idle and not loop.over:
            loop.over = True
            loop.stop()
            return []
        if loop.trace.jump and timeout != 0 and loop._scheduled and loop.elsewhere == 0:
            loop.trace.jumped = max(loop.trace.jumped, loop._scheduled[0]._when)
            timeout = 0
        return self.inner.select(timeout)

    def __getattr__(self, name):
        return getattr(self.inner, name)


class _EventLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop. Under the jumping clock its times are whole nanoseconds, so that equal times are equal."""

    def __init__(self, trace):
        self.trace, self.elsewhere, self.over, self.timers = trace, 0, False, 0
        self.main = None
        super().__init__()
        self._selector = _Selector(self, self._selector)
        if trace.jump:
            self._clock_resolution = 0.5

    def time(self):
        return self.trace.jumped if self.trace.jump else super().time()

    def seconds(self, nanos):
        """A delay in this loop's unit."""
        return nanos if self.trace.jump else nanos / 1e9

    def call_at(self, when, callback, *args, context=None):
        timer = _Timer(when, callback, args, self, context)
        self.timers += 1
        timer.order = self.timers
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer



class _Traced(collections.abc.Coroutine):
    """A task's coroutine, with the trace told whenever it runs."""

    def __init__(self, executor, inner, record):
        self.executor, self.inner, self.record = executor, inner, record

    def _resume(self, resume, *args):
        executor, record = self.executor, self.record
        trace = executor.trace
        outer, executor.current = executor.current, record
        trace.begin(record)
        over = True
        try:
            result = resume(*args)
            over = False
            return result
        finally:
            line = _line_of(self.inner) if trace.detailed and not over else 0
            trace.end(record, executor.lane_of(record), over, line)
            executor.current = outer

    def send(self, value): return self._resume(self.inner.send, value)
    def throw(self, *args):
        if inspect.iscoroutine(self.inner) and inspect.getcoroutinestate(self.inner) == inspect.CORO_CREATED:
            self.record.ended = self.executor.trace.now()  # cancelled before it began: nothing of it runs
            return self.inner.throw(*args)
        return self._resume(self.inner.throw, *args)

    def close(self): return self.inner.close()
    def __await__(self): return self.inner.__await__()


class _OneThread:
    """loop and serial: tasks of one asyncio loop. Serial differs in two places: a wait for the outside blocks, and the
    next child of a gather begins when the one before it has ended."""

    def __init__(self, settings):
        self.settings, self.trace = settings, settings.trace
        self.serial = settings.on == "serial"
        self.current = None
        self.ends = []          # of the timeouts that run, on serial
        self.made = []
        self.rest = None        # of those: what lived when main ended
        self.connections = None

    def lane_of(self, record):
        return 0 if record.id == 1 else 1

    # -- tasks

    def _task(self, coroutine):
        if isinstance(coroutine, asyncio.Future):
            return coroutine
        if not asyncio.iscoroutine(coroutine):
            raise TypeError(f"a coroutine is needed here, not {type(coroutine).__name__}")
        record = self.trace.new_task(self.current.id if self.current else 0, _calling_line() if self.trace.detailed else 0)
        task = asyncio.get_running_loop().create_task(_Traced(self, coroutine, record))
        self.made.append(task)  # asyncio itself holds tasks weakly, and in a set
        return task

    def spawn(self, coroutine):
        return self._task(coroutine)

    def gather(self, children, return_exceptions):
        if self.serial:
            return _InOrder(self, children, return_exceptions)
        return asyncio.gather(*[self._task(child) for child in children], return_exceptions=return_exceptions)

    async def _gather_in_order(self, gather, children, return_exceptions):
        """Each child begins when the one before it has ended; who waits hears of it a turn after the last."""
        over, tasks = _EndOfGather(loop=asyncio.get_running_loop()), []
        over.tasks = tasks

        def begin():
            task = self._task(in_turn(len(tasks)))
            tasks.append(task)
            if gather.end:
                if gather.end.expired:  # between two children
                    task.cancel()
                gather.end.task = task
            task.add_done_callback(ended)

        async def in_turn(i):
            goes_on = return_exceptions
            try:
                value = await children[i]
                goes_on = True
                return value
            finally:
                if goes_on and over.words is None and i + 1 < len(children):
                    begin()

        def ended(task):
            failed = task.cancelled() or task.exception()
            if over.done() or task is not tasks[-1]:
                return
            if len(tasks) == len(children) or (failed and not return_exceptions) or over.words is not None:
                over.set_result(None)
            else:  # cancelled before it began
                begin()

        if children:
            begin()
            try:
                await over
            finally:
                for rest in children[len(tasks):]:
                    if asyncio.iscoroutine(rest):
                        rest.close()
        if over.words is not None:
            if not tasks[-1].cancelled():
                raise CancelledError(*over.words)
            tasks[-1].result()
        if return_exceptions:
            return [task.exception() if not task.cancelled() and task.exception() else self._result(task) for task in tasks]
        return [task.result() for task in tasks]

    @staticmethod
    def _result(task):
        try:
            return task.result()
        except CancelledError as error:
            return error

    def run(self, main):
        async def body():
            try:
                result = main()
                return await result if inspect.isawaitable(result) else result
            finally:
                if self.serial:  # one after the other: who has not begun does not hold up the end
                    self._cancel_rest()
        for lane in ("main", "event loop" if not self.serial else "the one worker"):
            self.trace.lane(lane)
        self.trace.start()
        loop = _EventLoop(self.trace)
        asyncio.set_event_loop(loop)
        try:
            main_task = self._main_task(loop, body())
            loop.run_until_complete(main_task)
        except RuntimeError:
            if loop.over:  # stopped by the selector
                raise _Deadlock(_DEADLOCK) from None
            raise
        finally:
            self.makespan = self.trace.now()
            if not loop.over:
                self._end(loop)

    def unheard(self):
        return [task.exception() for task in self.made if task.done() and not task.cancelled() and task._log_traceback]

    def _cancel_rest(self):
        self.rest = [task for task in self.made if not task.done()]
        for task in self.rest:
            task.cancel()

    def _end(self, loop):
        """As asyncio.run does: what still lives is cancelled, and may clean up. Unlike there this ends, too, when nothing can
        happen any more."""
        if self.rest is None:
            self._cancel_rest()
        if self.rest:
            with contextlib.suppress(RuntimeError):
                loop.run_until_complete(asyncio.gather(*self.rest, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.set_exception_handler(lambda *_: None)
        loop.close()
        asyncio.set_event_loop(None)

    def _main_task(self, loop, coroutine):
        return loop.create_task(_Traced(self, coroutine, self.trace.new_task(0)))

    # -- time

    def _waits(self, reason):
        if self.current:
            self.current.waits_for = reason

    def _pass_time(self, nanos, reason):
        """The thread itself waits, or works: nobody else goes on."""
        trace, record = self.trace, self.current
        if getattr(_in_thread, "is_one", False):
            record = None
        lane = self.lane_of(record) if record else None
        trace.stretch(record, lane, "running")
        if trace.jump:
            trace.jumped += max(0, nanos)
        elif reason == "running":
            _work(nanos)
        else:
            time.sleep(max(0, nanos) / 1e9)
        trace.stretch(record, lane, reason, _calling_line() if trace.detailed else 0)

    def compute(self, nanos): self._pass_time(nanos, "running")
    def block(self, nanos): self._pass_time(nanos, "waiting for I/O")

    async def io(self, nanos):
        if self.serial:
            return await self._serial_wait(nanos) if nanos > 0 else None
        self._waits("waiting for I/O")
        if self.current and nanos > 0:
            self.current.due = self.trace.now() + nanos
        await asyncio.sleep(asyncio.get_running_loop().seconds(max(0, nanos)))

    async def _serial_wait(self, nanos):
        # Timers of the loop cannot fire while its thread waits. So this looks itself for the first timeout, be it this task's
        # or of one that waits for it.
        until, me = self.trace.now() + nanos, asyncio.current_task()
        while True:
            ends = [end for end in self.ends if not end.rang]
            first = min((end.at for end in ends), default=until + 1)
            if first > until:
                return self._pass_time(until - self.trace.now(), "waiting for I/O")
            self._pass_time(max(0, first - self.trace.now()), "waiting for I/O")
            mine = False
            for end in sorted((end for end in ends if end.at <= self.trace.now()), key=lambda end: end.at):
                if end.task is me:
                    mine = end.rang = end.expired = True
                else:
                    end.ring()
            if mine or me.cancelling():
                await asyncio.sleep(0)  # raises, if it is not only its own time that is up
                raise CancelledError

    async def request(self, nanos, size):
        if self.trace.jump:
            await self.io(nanos)
            return size
        if self.serial:
            lane = self.lane_of(self.current)
            self.trace.stretch(self.current, lane, "running")
            got = _fetch(nanos, size)
            self.trace.stretch(self.current, lane, "waiting for I/O", _calling_line() if self.trace.detailed else 0)
            return got
        if self.connections is None:
            self.connections = asyncio.Semaphore(256)
        self._waits("waiting for I/O")
        async with self.connections:
            self._waits("waiting for I/O")
            reader, writer = await asyncio.open_connection("127.0.0.1", _server_port())
            try:
                writer.write(_request_text(nanos, size))
                self._waits("waiting for I/O")
                answer = await reader.read()
                while (more := await reader.read()):
                    answer += more
            finally:
                writer.close()
        return len(answer.partition(b"\r\n\r\n")[2])

    def at_socket(self, call):
        """A plain call: it waits, and holds the thread."""
        trace, record = self.trace, None if getattr(_in_thread, "is_one", False) else self.current
        lane = self.lane_of(record) if record else None
        trace.stretch(record, lane, "running")
        try:
            return call()
        finally:
            trace.stretch(record, lane, "waiting for I/O", _calling_line() if trace.detailed else 0)

    async def readable(self, inner):
        if self.serial or select.select([inner], [], [], 0)[0]:
            return self.at_socket(functools.partial(_wait_readable, inner))
        self._waits("waiting for I/O")
        loop = asyncio.get_running_loop()
        there = loop.create_future()
        loop.add_reader(inner, lambda: there.done() or there.set_result(None))
        try:
            await asyncio.wait_for(there, _LONGEST_WAIT)
        except TimeoutError:
            raise TimeoutError("timed out") from None
        finally:
            loop.remove_reader(inner)

    async def step(self): pass

    # -- timeouts

    def timeout(self, nanos):
        if self.serial:
            return _SerialTimeout(self, nanos)
        return asyncio.timeout(None if nanos is None else asyncio.get_running_loop().seconds(nanos))

    async def wait_for(self, awaitable, nanos):
        if self.serial:
            return await self._serial_wait_for(awaitable, nanos)
        if asyncio.iscoroutine(awaitable):
            awaitable = self._task(awaitable)
        return await asyncio.wait_for(awaitable, None if nanos is None else asyncio.get_running_loop().seconds(nanos))

    async def _serial_wait_for(self, awaitable, nanos):
        """As asyncio.wait_for: the end cancels what is awaited. What has ended by then has its result, whoever still held
        the thread."""
        if nanos == 0 and not isinstance(awaitable, _InOrder):
            task = self._task(awaitable)
            if task.done():
                return task.result()
            task.cancel()
            try:
                return await task
            except CancelledError as error:
                if not task.cancelled():
                    raise
                raise TimeoutError from error
        end = _SerialTimeout(self, nanos)
        several = isinstance(awaitable, _InOrder)
        if several:
            awaitable.end = end  # a wait for all of them, in this task
        else:
            end.task = self._task(awaitable)
        end.begin()
        try:
            if several:
                return await awaitable
            return (await asyncio.gather(end.task))[0]
        except CancelledError as error:
            if end.expired and not asyncio.current_task().cancelling():
                raise TimeoutError from error
            raise
        finally:
            end.end()

    # -- elsewhere

    async def to_thread(self, function, args, kwargs):
        call = functools.partial(function, *args, **kwargs)
        if self.serial:
            return call()
        self._waits("waiting for I/O")
        loop = asyncio.get_running_loop()
        if self.trace.jump:  # it runs now, and its time passes beside everybody else's
            before, current, self.current = self.trace.jumped, self.current, None
            try:
                done = (call(), None)
            except Exception as error:
                done = (None, error)
            took, self.trace.jumped, self.current = self.trace.jumped - before, before, current
            self._waits("waiting for I/O")
            await asyncio.sleep(took)
            if done[1]:
                raise done[1]
            return done[0]
        loop.elsewhere += 1
        try:
            return await loop.run_in_executor(None, functools.partial(self._in_thread, call))
        finally:
            loop.elsewhere -= 1

    def _in_thread(self, call):
        _in_thread.is_one = True
        return call()

    async def to_process(self, function, args):
        if self.serial or self.trace.jump:
            return _called_in_child(function, args)
        return await self.to_thread(_called_in_child, (function, args), {})

    # -- locks and queues: asyncio's

    def make(self, kind, *args):
        return {"Lock": _LoopLock, "Semaphore": _LoopSemaphore, "Event": _LoopEvent, "Queue": _LoopQueue}[kind](*args)


class _EndOfGather(asyncio.Future):
    """As asyncio's own: a cancel goes to the child, and who waits hears of it when that has ended."""
    words = None

    def cancel(self, msg=None):
        if self.done() or not self.tasks[-1].cancel(msg):
            return False
        self.words = () if msg is None else (msg,)
        return True


class _InOrder(collections.abc.Coroutine):
    """gather(...) on serial: one child after the other."""

    def __init__(self, executor, children, return_exceptions):
        self.end = None  # of the wait_for() that it is given to
        self.inner = executor._gather_in_order(self, children, return_exceptions)

    def send(self, value): return self.inner.send(value)
    def throw(self, *args): return self.inner.throw(*args)
    def close(self): return self.inner.close()
    def __await__(self): return self.inner.__await__()


class _SerialTimeout:
    """asyncio.timeout for a task whose waits block the loop's thread: those look at `at` themselves."""

    def __init__(self, executor, nanos):
        self.executor, self.nanos = executor, nanos
        self.rang, self.expired, self.cancelled = False, False, 0
        self.task = None

    def begin(self):
        loop = asyncio.get_running_loop()
        self.at = self.executor.trace.now() + self.nanos if self.nanos is not None else float("inf")
        self.executor.ends.append(self)
        self.handle = loop.call_later(loop.seconds(self.nanos), self.ring) if self.nanos is not None else None

    def end(self):
        if self.handle:
            self.handle.cancel()
        self.executor.ends.remove(self)

    async def __aenter__(self):
        self.task = asyncio.current_task()
        self.before = self.task.cancelling()
        self.begin()
        return self

    def ring(self):
        if self.rang:  # whoever looked at `at` itself was sooner than the timer
            return
        self.rang = self.expired = True
        self.cancelled += 1
        self.task.cancel()

    async def __aexit__(self, kind, error, trace):
        self.end()
        if self.cancelled:
            self.task.uncancel()
        if self.expired and kind is CancelledError and self.task.cancelling() <= self.before \
                and not any(end.expired and end.task is self.task for end in self.executor.ends):
            raise TimeoutError from error


def _waiting_for_a_lock(method):
    @functools.wraps(method)
    async def waits(self, *args):
        _state.executor._waits("waiting for a lock")
        return await method(self, *args)
    return waits


class _LoopLock(asyncio.Lock):
    acquire = _waiting_for_a_lock(asyncio.Lock.acquire)


class _LoopSemaphore(asyncio.Semaphore):
    acquire = _waiting_for_a_lock(asyncio.Semaphore.acquire)


class _LoopEvent(asyncio.Event):
    wait = _waiting_for_a_lock(asyncio.Event.wait)


class _LoopQueue(asyncio.Queue):
    put = _waiting_for_a_lock(asyncio.Queue.put)
    get = _waiting_for_a_lock(asyncio.Queue.get)


_in_thread = threading.local()  # .is_one: a plain function of to_thread runs here


def _work(nanos, lost=None):
    """Keeps a core busy: until this thread has had that much of one. lost(began, ended): it had none for a while."""
    clock, wall = time.thread_time_ns, time.perf_counter_ns
    now, at = clock(), wall()
    end = now + nanos
    while now < end:
        for _ in range(200):
            pass
        had, since = now, at
        now, at = clock(), wall()
        if lost and at - since > now - had + _LEAST_LOST:
            lost(since + now - had, at)


_LEAST_LOST = 200_000  # nanoseconds; shorter is what a look at two clocks may take


# ----------------------------------------------------------------------------------------------------------- threads


class _Waiter:
    """One thread that waits for one thing; or a task that has none meanwhile, and drifts."""
    __slots__ = ("lock", "ready", "task", "drifts")

    def __init__(self):
        self.lock, self.ready = threading.Lock(), False
        self.task = None      # whose thread it is, where that may drift
        self.drifts = False
        self.lock.acquire()

    def __await__(self):
        yield self

    def wake(self):
        if self.lock.locked():
            self.lock.release()


_DRIFTS = object()  # what a wait says of a task that is to drift


class _ThreadTask:
    def __init__(self, executor, coroutine, record):
        self.executor, self.coroutine, self.record = executor, coroutine, record
        self.state = "new"
        self.value = self.error = None
        self.told_to_stop = False
        self.words = ()        # what cancel() said
        self.waiter = None     # what its thread waits for right now
        self.when_done = []    # called with it, under `big`
        self.ends = []         # its timeouts
        self.remote = None     # processes: how to interrupt the child
        self.heard = False     # somebody awaits it, or has asked how it ended
        self.inner = self.outer = None   # what it awaits and its own thread runs; whose thread runs it so
        self.told_inside = None          # it was told to stop, or its time was up, while its thread ran such a task: this one was told
        self.goes_on = None              # while its thread does: whether it could go on itself
        self.drifts_at = None            # state "drifting": the waiter

    def __await__(self): return self.executor.join(self).__await__()

    def and_outer(self):
        task = self
        while task:
            yield task
            task = task.outer

    def done(self): return self.state == "done"
    def cancelled(self): return self.state == "done" and isinstance(self.error, CancelledError)

    def result(self):
        if not self.done():
            raise InvalidStateError("Result is not set.")
        self.heard = True
        if self.error:
            raise self.take_error()
        return self.value

    def take_error(self):
        """As asyncio's: the first that asks is given the CancelledError itself, the next a new one."""
        error = self.error
        if isinstance(error, CancelledError):
            self.error = CancelledError()
        return error

    def exception(self):
        if not self.done():
            raise InvalidStateError("Exception is not set.")
        self.heard = True
        if isinstance(self.error, CancelledError):
            raise self.take_error()
        return self.error

    def cancel(self, msg=None):
        executor = self.executor
        with executor.big:
            if self.state == "done":
                return False
            self.words = () if msg is None else (msg,)
            if self.state == "new":
                executor.tasks.remove(self)
                self.coroutine.close()
                executor.finished(self, None, CancelledError(*self.words))
                return True
            if self.inner:  # as asyncio does: what it awaits is cancelled
                self.told_inside = self.inner
                self.inner.cancel(msg)
                return True
            self.told_to_stop = True
            if self.state == "drifting":
                executor.comes_back(self)
            elif self.waiter:
                executor.unstick(self.waiter)
                self.waiter.wake()
            elif self.remote:
                self.remote()
        return True


class _ThreadTimeout:
    def __init__(self, executor, nanos):
        self.executor, self.nanos, self.expired = executor, nanos, False

    async def __aenter__(self):
        self.at = self.executor.trace.now() + self.nanos if self.nanos is not None else float("inf")
        self.task = self.executor.current()
        self.task.ends.append(self)
        return self

    async def __aexit__(self, kind, error, trace):
        self.task.ends.remove(self)
        if self.expired and kind is CancelledError and not any(end.expired for end in self.task.ends):
            raise TimeoutError from error


class _Threads:
    """threads and gil. One lock guards everything here; a thread that waits holds a lock of its own, so that a wake goes
    to one thread only. Tasks wait in the order in which they were made; main runs on a thread that is no worker; a worker
    whose task awaits tasks that have not begun runs them itself first. Where such a task then waits without an end in sight,
    and the one outside could go on, since another of its tasks has failed, the one inside drifts: it waits without a thread, and
    when that is over it is back, and any worker goes on with it. If none is free, one that waits gives way: what its thread runs
    drifts, too. No worker begins to wait while a task is back, and who was woken for one, and goes on itself, wakes another."""

    def __init__(self, settings):
        self.settings, self.trace = settings, settings.trace
        self.big = threading.RLock()
        self.tasks = collections.deque()   # not begun
        self.back = collections.deque()    # that drifted, and can go on
        self.ever = []
        self.living = {}                   # all that have not ended, in the order in which they were made
        self.idle = []                     # waiters of workers without a task
        self.busy = 0                      # workers with a task
        self.active = 0                    # threads that run a task, main among them, and to_thread's
        self.stuck = 0                     # of them: those that wait without an end in sight
        self.stuck_waiters = set()
        self.deadlock = self.over = False
        self.here = threading.local()

    def current(self): return getattr(self.here, "task", None)

    # -- waiting

    async def until_ready(self, waiter, reason, give_up=None):
        while (how := self.wait(waiter, reason, give_up=give_up, drifts=True)) is not True:
            if how is _DRIFTS:
                await waiter

    def holds_up(self, task):
        """Whether one outside of it could go on."""
        return any(outer.goes_on and outer.goes_on() for outer in task.and_outer() if outer is not task)

    def is_in_the_way(self, task): return bool(self.back) or self.holds_up(task)

    def sets_adrift(self, task, waiter):
        with self.big:
            task.state, task.drifts_at, waiter.drifts = "drifting", waiter, True
            if waiter.ready or task.told_to_stop:
                self.comes_back(task)

    def comes_back(self, task):
        """Under `big`: a worker is to go on with it."""
        task.state, task.drifts_at.drifts, task.drifts_at = "back", False, None
        self.back.append(task)
        self.wake_for_back()

    def wake_for_back(self):
        """Under `big`: a task that is back, if there is one, is taken by a worker that is idle, or else waits."""
        if not self.back:
            return
        if self.idle:
            self.ready(self.idle.pop(0))
        elif waiter := next((waiter for waiter in self.stuck_waiters if waiter.task), None):
            self.unstick(waiter)
            waiter.wake()

    def wait(self, waiter, reason, nanos=None, give_up=None, drifts=False):
        """Blocks until the waiter is ready or `nanos` are over (False). Raises CancelledError, after give_up(). If it `drifts`,
        it may also be asked to do so, or to wait again (None)."""
        task, trace = self.current(), self.trace
        began = trace.now()
        trace.stretch(task.record, self.here.lane, "running", until=began)
        with self.big:
            until = began + nanos if nanos is not None else None
            end = min((e for t in task.and_outer() for e in t.ends if not e.expired), key=lambda e: e.at, default=None)
            limit = min([t for t in (until, end.at if end else None) if t is not None], default=None)
            forever = limit in (None, float("inf"))
            if task.told_to_stop:
                waiter.wake()
            task.waiter = waiter
            if drifts and forever and self.on_worker():
                waiter.task = task
            if waiter.task and not waiter.ready and not task.told_to_stop and self.is_in_the_way(task):
                task.waiter = waiter.task = None
                return _DRIFTS
            if forever and not waiter.ready and not task.told_to_stop:
                self.stuck += 1
                self.stuck_waiters.add(waiter)
                self.look_for_deadlock()
        waiter.lock.acquire(timeout=-1 if forever else max(0, limit - trace.now()) / 1e9)
        with self.big:
            may_drift, task.waiter, waiter.task = waiter.task, None, None
            self.unstick(waiter)
        line = _calling_line() if trace.detailed else 0
        if until is not None and not waiter.ready and trace.now() > until:  # since then only the GIL was missing
            trace.stretch(task.record, self.here.lane, reason, line, until)
            reason = "waiting for the GIL"
        trace.stretch(task.record, self.here.lane, reason, line)
        with self.big:
            if self.deadlock:
                raise _Deadlock(_DEADLOCK)
            words = ()
            if may_drift and not waiter.ready and not task.told_to_stop:
                return None
            self.wake_for_back()
            if task.told_to_stop:
                task.told_to_stop = False
                words = task.words
            elif waiter.ready:
                return True
            elif until is not None and trace.now() >= until and not (end and end.at < until):
                return False
            else:
                end.expired = True
                for inner in task.and_outer():
                    if end in inner.ends:
                        break
                    inner.outer.told_inside, inner.outer.words = inner, ()
            if give_up:
                give_up()
            raise CancelledError(*words)

    def ready(self, waiter):
        """Under `big`: lets a waiter go on."""
        waiter.ready = True
        self.unstick(waiter)
        waiter.wake()
        if waiter.drifts:
            self.comes_back(next(task for task in self.living if task.drifts_at is waiter))

    def unstick(self, waiter):
        if waiter in self.stuck_waiters:
            self.stuck_waiters.discard(waiter)
            self.stuck -= 1

    def look_for_deadlock(self):
        no_more = not (self.tasks or self.back) or self.busy == self.settings.workers
        if self.stuck >= self.active > 0 and no_more and not self.over and not self.deadlock:
            self.deadlock = True
            for waiter in list(self.stuck_waiters):
                waiter.wake()

    # -- tasks

    def spawn(self, coroutine):
        if isinstance(coroutine, _ThreadTask):
            return coroutine
        if not inspect.iscoroutine(coroutine):
            raise TypeError(f"a coroutine is needed here, not {type(coroutine).__name__}")
        me = self.current()
        record = self.trace.new_task(me.record.id if me else 0, _calling_line() if self.trace.detailed else 0)
        task = _ThreadTask(self, coroutine, record)
        with self.big:
            self.tasks.append(task)
            self.ever.append(task)
            self.living[task] = True
            if self.idle:
                self.ready(self.idle.pop(0))
        return task

    async def gather(self, children, return_exceptions):
        tasks = [self.spawn(child) for child in children]
        me, told = self.current(), False
        if self.on_worker():
            if not return_exceptions:
                me.goes_on = lambda: any(task.done() and task.error for task in tasks)
            for task in tasks:
                if not (me.goes_on and me.goes_on()) and not self.is_in_the_way(me):
                    self.take_and_run(task)
            me.goes_on = None
        waiter, first = _Waiter(), []
        with self.big:
            if me and me.told_inside:
                told_inside, me.told_inside, told = me.told_inside, None, True
                for task in tasks:
                    if task is not told_inside:
                        task.cancel()
            left = {task for task in tasks if not task.done()}
            first += [task for task in tasks if task.done() and task.error]

            def ended(task):
                left.discard(task)
                if task.error:
                    first.append(task)
                if not left or (first and not return_exceptions and not told):
                    self.ready(waiter)
            for task in left:
                task.when_done.append(ended)
            over = not left or (first and not return_exceptions and not told)
            if over:
                self.wake_for_back()
        for task in tasks:
            task.heard = True
        if not over:
            try:
                await self.until_ready(waiter, "waiting for its tasks", give_up=lambda: [task.cancel() for task in tasks])
            except CancelledError:
                await self.until_done(tasks)
                if return_exceptions or any(task.cancelled() for task in tasks):
                    raise
        if told:
            raise CancelledError(*me.words)
        if first and not return_exceptions:
            raise first[0].take_error()
        return [task.take_error() if task.error else task.value for task in tasks]

    async def join(self, task):
        if self.on_worker() and not self.is_in_the_way(self.current()):
            self.take_and_run(task)
        waiter = _Waiter()
        with self.big:
            if me := self.current():
                me.told_inside = None
            over = task.done()
            if over:
                self.wake_for_back()
            else:
                task.when_done.append(lambda _: self.ready(waiter))
        task.heard = True
        if not over:
            try:
                await self.until_ready(waiter, "waiting for its tasks", give_up=task.cancel)
            except CancelledError:
                await self.until_done([task])
                if task.cancelled():
                    raise
        return task.result()

    async def until_done(self, tasks):
        """This task was cancelled, and has cancelled those; as under asyncio it goes on when they have ended."""
        while True:
            waiter = _Waiter()
            with self.big:
                left = {task for task in tasks if not task.done()}
                if not left:
                    return self.wake_for_back()

                def ended(task):
                    left.discard(task)
                    if not left:
                        self.ready(waiter)
                for task in left:
                    task.when_done.append(ended)
            try:
                await self.until_ready(waiter, "waiting for its tasks", give_up=lambda: [task.cancel() for task in tasks])
            except CancelledError:
                pass

    def unheard(self):
        return [task.error for task in self.ever if task.error and not task.heard and isinstance(task.error, Exception)]

    def on_worker(self): return getattr(self.here, "worker", False)

    def take_and_run(self, task):
        outer = self.current()
        with self.big:
            if task.state != "new" or outer.told_to_stop or outer.told_inside:
                return
            self.tasks.remove(task)
            task.state = "running"
            outer.inner, task.outer = task, outer
        self.trace.stretch(outer.record, self.here.lane, "running")
        self.run_task(task)
        with self.big:
            outer.inner = task.outer = None
        self.here.task = outer
        self.trace.stretch(outer.record, None, "waiting for its tasks")

    def run_task(self, task, again=False):
        self.here.task = task
        trace, record = self.trace, task.record
        if not again:
            trace.begin(record)
        value = error = None
        try:
            if task.told_to_stop and not again:
                task.told_to_stop = False
                task.coroutine.close()
                raise CancelledError(*task.words)
            value = self.body(task)
        except BaseException as raised:
            error = raised
        if isinstance(value, _Waiter):
            return self.sets_adrift(task, value)
        trace.end(record, self.here.lane, True)
        self.finished(task, value, error)

    def body(self, task):
        try:
            waits = task.coroutine.send(None)
        except StopIteration as stop:
            return stop.value
        if isinstance(waits, _Waiter):
            return waits
        raise RuntimeError("A task may wait only with what interleave offers.")

    def finished(self, task, value, error):
        with self.big:
            task.state, task.value, task.error = "done", value, error
            self.living.pop(task, None)
            if task.record.ended is None:
                task.record.ended = self.trace.now()
            for tell in task.when_done:
                tell(task)
            if error:
                for waiter in [waiter for waiter in self.stuck_waiters if waiter.task and self.holds_up(waiter.task)]:
                    self.unstick(waiter)
                    waiter.wake()

    def worker(self, number):
        self.here.worker, self.here.lane = True, number + 1
        while True:
            with self.big:
                if self.over:
                    return
                task = self.back.popleft() if self.back else self.tasks.popleft() if self.tasks else None
                if task:
                    again = task.state == "back"
                    task.state = "running"
                    self.active += 1
                    self.busy += 1
                else:
                    waiter = _Waiter()
                    self.idle.append(waiter)
                    self.look_for_deadlock()
            if not task:
                waiter.lock.acquire()
                continue
            self.run_task(task, again)
            with self.big:
                self.active -= 1
                self.busy -= 1
                self.look_for_deadlock()

    def start_workers(self):
        threads = [threading.Thread(target=self.worker, args=(i,), daemon=True) for i in range(self.settings.workers)]
        for i, thread in enumerate(threads):
            self.trace.lane(f"thread {i + 1}")
            thread.start()
        return threads

    def run(self, main):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            if self.settings.cores < self.settings.machine:
                os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:self.settings.cores])
        self.trace.lane("main")
        threads = self.start_workers()
        self.trace.start()

        async def body():
            result = main()
            return await result if inspect.isawaitable(result) else result
        root = _ThreadTask(self, body(), self.trace.new_task(0))
        root.state = "running"
        with self.big:
            self.active += 1
        self.here.lane = 0
        self.run_task(root)
        self.makespan = self.trace.now()
        self.cancel_rest()
        with self.big:
            self.over = True
            for waiter in self.idle:
                waiter.wake()
        for thread in threads:
            thread.join(timeout=0.2)
        if root.error:
            raise root.error

    def cancel_rest(self):
        """As on `loop`: what lives when main has ended is cancelled, and may clean up."""
        over = _Waiter()
        with self.big:
            self.active -= 1
            rest = list(self.living)
            left = set(rest)

            def ended(task):
                left.discard(task)
                if not left:
                    over.wake()
            for task in rest:
                task.when_done.append(ended)
        for task in rest:
            task.cancel()
        with self.big:
            self.look_for_deadlock()
        if rest:
            over.lock.acquire(timeout=10)

    # -- operations

    def compute(self, nanos):
        """A thread that computes looks at two clocks, so it sees when it had no core. It wants nothing but the GIL then
        (or a core, on a machine with other work)."""
        trace, task, lane = self.trace, self.current(), getattr(self.here, "lane", None)

        def lost(began, ended):
            trace.stretch(task.record, lane, "running", line, began - trace.epoch)
            trace.stretch(task.record, lane, "waiting for the GIL", line, ended - trace.epoch)
        line = _calling_line() if trace.detailed else 0
        with self.stretch("running"):
            _work(nanos, lost if task and trace.detailed else None)

    def block(self, nanos):
        with self.stretch("waiting for I/O"):
            time.sleep(max(0, nanos) / 1e9)

    @contextlib.contextmanager
    def stretch(self, state):
        trace, task = self.trace, self.current()  # none in a thread of to_thread's
        if not task or not trace.detailed:
            yield
            return
        trace.stretch(task.record, self.here.lane, "running")
        try:
            yield
        finally:
            trace.stretch(task.record, self.here.lane, state, _calling_line())

    async def io(self, nanos):
        if nanos > 0:
            self.wait(_Waiter(), "waiting for I/O", nanos)
        else:
            time.sleep(0)

    async def request(self, nanos, size):
        with self.stretch("waiting for I/O"):
            return _fetch(nanos, size)

    def at_socket(self, call):
        try:
            with self.stretch("waiting for I/O"):
                return call()
        except TimeoutError as error:
            with self.big:
                count = 0 if self.idle else len(self.tasks)
            if count:  # whom the wait may have been for
                raise TimeoutError(f"{error}; {'a task has' if count == 1 else f'{count} tasks have'} not begun, since no worker is free (--workers {self.settings.workers + count} would do)") from None
            raise

    async def readable(self, inner): self.at_socket(functools.partial(_wait_readable, inner))

    async def step(self): time.sleep(0)

    def timeout(self, nanos): return _ThreadTimeout(self, nanos)

    async def wait_for(self, awaitable, nanos):
        async with self.timeout(nanos):
            return await awaitable

    async def to_thread(self, function, args, kwargs):
        waiter, out = _Waiter(), []

        def call():
            _in_thread.is_one = True
            try:
                out.append((function(*args, **kwargs), None))
            except Exception as error:
                out.append((None, error))
            with self.big:
                self.active -= 1
                self.ready(waiter)
        with self.big:
            self.active += 1
        threading.Thread(target=call, daemon=True).start()
        self.wait(waiter, "waiting for its tasks")
        if out[0][1]:
            raise out[0][1]
        return out[0][0]

    async def to_process(self, function, args):
        return await self.to_thread(_called_in_child, (function, args), {})

    def make(self, kind, *args):
        return {"Lock": _ThreadLock, "Semaphore": _ThreadSemaphore, "Event": _ThreadEvent, "Queue": _ThreadQueue}[kind](self, *args)


class _ThreadSemaphore:
    """First come, first served, as asyncio's."""

    def __init__(self, executor, value=1):
        if value < 0:
            raise ValueError("Semaphore initial value must be >= 0")
        self.executor, self.value, self.waiters = executor, value, collections.deque()

    def locked(self): return self.value == 0

    async def acquire(self):
        with self.executor.big:
            if self.value > 0 and not self.waiters:
                self.value -= 1
                return True
            waiter = _Waiter()
            self.waiters.append(waiter)

        def give_up():
            if waiter.ready:
                self._pass_on()
            else:
                self.waiters.remove(waiter)
        await self.executor.until_ready(waiter, "waiting for a lock", give_up=give_up)
        return True

    def release(self):
        with self.executor.big:
            self._pass_on()

    def _pass_on(self):
        if self.waiters:
            self.executor.ready(self.waiters.popleft())
        else:
            self.value += 1

    async def __aenter__(self):
        await self.acquire()

    async def __aexit__(self, *_):
        self.release()


class _ThreadLock(_ThreadSemaphore):
    def release(self):
        if self.value:
            raise RuntimeError("Lock is not acquired.")
        super().release()


class _ThreadEvent:
    def __init__(self, executor):
        self.executor, self.value, self.waiters = executor, False, []

    def is_set(self): return self.value
    def clear(self): self.value = False

    def set(self):
        with self.executor.big:
            self.value = True
            for waiter in self.waiters:
                self.executor.ready(waiter)
            self.waiters.clear()

    async def wait(self):
        with self.executor.big:
            if self.value:
                return True
            waiter = _Waiter()
            self.waiters.append(waiter)
        await self.executor.until_ready(waiter, "waiting for a lock", give_up=lambda: waiter in self.waiters and self.waiters.remove(waiter))
        return True


class _ThreadQueue:
    def __init__(self, executor, maxsize=0):
        self.executor, self.maxsize, self.items = executor, maxsize, collections.deque()
        self.getters, self.putters, self.joiners, self.unfinished = collections.deque(), collections.deque(), [], 0

    def limit(self): return self.maxsize
    def qsize(self): return len(self.items)
    def empty(self): return not self.items
    def full(self): return 0 < self.maxsize <= len(self.items)

    def put_nowait(self, item):
        with self.executor.big:
            if self.full():
                raise QueueFull
            self.items.append(item)
            self.unfinished += 1
            if self.getters:
                self.executor.ready(self.getters.popleft())

    def get_nowait(self):
        with self.executor.big:
            if not self.items:
                raise QueueEmpty
            item = self.items.popleft()
            if self.putters:
                self.executor.ready(self.putters.popleft())
            return item

    async def put(self, item):
        while True:
            with self.executor.big:
                if not self.full():
                    return self.put_nowait(item)
                waiter = _Waiter()
                self.putters.append(waiter)
            await self._wait(waiter, self.putters)

    async def get(self):
        while True:
            with self.executor.big:
                if self.items:
                    return self.get_nowait()
                waiter = _Waiter()
                self.getters.append(waiter)
            await self._wait(waiter, self.getters)

    async def _wait(self, waiter, line):
        def give_up():
            if not waiter.ready:
                line.remove(waiter)
            elif line:
                self.executor.ready(line.popleft())
        await self.executor.until_ready(waiter, "waiting for a lock", give_up=give_up)

    def task_done(self):
        with self.executor.big:
            if self.unfinished <= 0:
                raise ValueError("task_done() called too many times")
            self.unfinished -= 1
            if not self.unfinished:
                for waiter in self.joiners:
                    self.executor.ready(waiter)
                self.joiners.clear()

    async def join(self):
        with self.executor.big:
            if not self.unfinished:
                return
            waiter = _Waiter()
            self.joiners.append(waiter)
        await self.executor.until_ready(waiter, "waiting for a lock", give_up=lambda: waiter in self.joiners and self.joiners.remove(waiter))


# --------------------------------------------------------------------------------------------------------- processes


class _Processes(_Threads):
    """Each worker is a thread here that leads a child process: it sends the coroutine's name and arguments, serves what
    the child asks for (a line of output, a lock, a queue), and takes the result. The children import the script as it is
    after its top level, with run() inert; their globals are their own."""

    def __init__(self, settings):
        super().__init__(settings)
        self.shared_objects = []   # locks, events and queues by number; a child knows them by that
        self.child = None          # in a child: its connection

    def start_workers(self):
        # A fork is a copy of the script as it stands after its top level. Before any thread: a fork copies only one.
        context = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")
        self.children = []
        for _ in range(self.settings.workers):
            ours, theirs = context.Pipe()
            hears, says = context.Pipe(duplex=False)  # what goes with a signal
            process = context.Process(target=_child_main, args=(theirs, hears), daemon=True)
            process.start()
            theirs.close()
            hears.close()
            self.children.append((process, ours, says))
        threads = [threading.Thread(target=self.worker, args=(i,), daemon=True) for i in range(self.settings.workers)]
        for i, thread in enumerate(threads):
            self.trace.lane(f"process {i + 1}")
            thread.start()
        return threads

    def run(self, main):
        try:
            super().run(main)
        finally:
            for process, *_ in self.children:
                process.terminate()
                process.join()

    def body(self, task):
        if not self.on_worker():
            return super().body(task)
        process, pipe, says = self.children[self.here.lane - 1]
        call = _call_of(task.coroutine)
        task.coroutine.close()

        def interrupt():
            says.send((task.record.id, task.words))
            if hasattr(signal, "SIGUSR1"):
                os.kill(process.pid, signal.SIGUSR1)
        with _a_call_takes_what_moves():
            pipe.send((task.record.id, *call))
        with self.big:
            task.remote = interrupt
            if task.told_to_stop:
                interrupt()
        try:
            while True:
                try:
                    what, *rest = pipe.recv()
                except EOFError:
                    raise RuntimeError("The child process ended in the middle of a task.") from None
                if what == "done":
                    value, error, spans = rest
                    self._take_spans(task, spans)
                    if error is not None:
                        raise _unpacked(error)
                    return value
                if what == "print":
                    _print_line(rest[0], task.record)
                elif what == "new":
                    self.make(*rest)
                    pipe.send((len(self.shared_objects) - 1, None))
                elif what == "call":
                    answer = self._serve(task, *rest)
                    try:
                        pipe.send(answer)
                    except Exception as unsent:
                        pipe.send((None, _packed(TypeError(f"the item cannot be sent to another process: {unsent}")), False))
        finally:
            with self.big:
                task.remote = None

    def _serve(self, task, number, method, args, heard, left):
        """An operation of a child on what lies here. Runs on the child's own thread here, which may block in it. `heard`: a
        cancel has reached the child; `left`: until its next timeout. Returns the answer, the error, and whether that is it."""
        end = _ThreadTimeout(self, left)
        with self.big:
            if heard:
                task.told_to_stop = False
            if left is not None:
                end.at = self.trace.now() + left
                task.ends.append(end)
        try:
            answer = getattr(self.shared_objects[number].inner, method)(*args)
            if inspect.iscoroutine(answer):
                try:
                    answer.send(None)
                except StopIteration as stop:
                    answer = stop.value
            return answer, None, False
        except _Deadlock:
            raise
        except BaseException as error:
            return None, _packed(error), end.expired
        finally:
            if end in task.ends:
                task.ends.remove(end)

    def _take_spans(self, task, spans):
        trace = self.trace
        if spans:
            trace.stretch(task.record, self.here.lane, "copying", until=spans[0][1] - trace.epoch)
        for state, begin, end, line in spans:
            trace.stretch(task.record, self.here.lane, state, line, end - trace.epoch)
        trace.stretch(task.record, self.here.lane, "copying")

    async def wait_for(self, awaitable, nanos):
        # A task, as asyncio makes one of it, and tasks run in the children. An operation (io, a queue's get) is no such call.
        if inspect.iscoroutine(awaitable) and awaitable.cr_code.co_filename == self.settings.file:
            awaitable = self.spawn(awaitable)
        return await super().wait_for(awaitable, nanos)

    def make(self, kind, *args):
        if self.child:
            with self.speaks():
                self.child.send(("new", kind, *args))
                number = self.child.recv()[0]
            return _Shared(number, None)
        made = _Shared(len(self.shared_objects), super().make(kind, *args))
        self.shared_objects.append(made)
        return made


class _Shared:
    """A lock, an event or a queue that lies in the parent. Sent to a child it is a number."""

    def __init__(self, number, inner):
        self.number, self.inner = number, inner

    def __reduce__(self): return _shared_by_number, (self.number,)

    def __getattr__(self, name):
        executor = _state.executor
        if name == "maxsize" and executor.child:
            return executor.ask(self.number, "limit", ())
        if not executor.child:
            if name in ("put", "put_nowait"):  # as from a child: what the maker does to it later is seen by nobody
                return lambda item: getattr(self.inner, name)(pickle.loads(_dumps(item)))
            return getattr(self.inner, name)
        if name in ("acquire", "wait", "put", "get", "join"):
            async def waits(*args): return executor.ask(self.number, name, args)
            return waits
        return lambda *args: executor.ask(self.number, name, args)

    async def __aenter__(self):
        await self.acquire()

    async def __aexit__(self, *_):
        self.release()


def _shared_by_number(number):
    objects = _state.executor.shared_objects
    return objects[number] if number < len(objects) else _Shared(number, None)


def _packed(error):
    """An exception as it travels. Left to itself, pickle calls its class again, with what may not be its arguments, and forgets
    the cause."""
    try:
        cause = pickle.dumps(_packed(error.__cause__)) if error.__cause__ else None
    except Exception:
        cause = None
    return type(error), error.args, error.__dict__, cause


def _unpacked(packed):
    kind, args, attributes, cause = packed
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(attributes)
    if cause:
        error.__cause__ = _unpacked(pickle.loads(cause))
    return error


def _of_top_level(name, qualified, code):
    only = ": only functions of the top level can go to another process."
    if name == "<lambda>":
        raise TypeError(f"The lambda of line {code.co_firstlineno} has no name to be found by{only}")
    if "<locals>" in qualified:
        raise TypeError(f"{name}() of line {code.co_firstlineno} is defined inside another function{only}")


class _Pickler(pickle.Pickler):
    """Says of a function that cannot travel where it is."""

    def reducer_override(self, value):
        if isinstance(value, types.FunctionType):
            _of_top_level(value.__name__, value.__qualname__, value.__code__)
        return NotImplemented


def _dumps(value):
    out = _io.BytesIO()
    _Pickler(out).dump(value)
    return out.getvalue()


def _call_of(coroutine):
    """The name and the arguments of a coroutine that has not begun."""
    code, frame = coroutine.cr_code, coroutine.cr_frame
    _of_top_level(coroutine.__name__, coroutine.__qualname__, code)
    names = code.co_varnames[:code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)]
    values = frame.f_locals
    star = [values[names[code.co_argcount + code.co_kwonlyargcount]]] if code.co_flags & inspect.CO_VARARGS else [()]
    keywords = {name: values[name] for name in names[code.co_argcount:code.co_argcount + code.co_kwonlyargcount]}
    if code.co_flags & inspect.CO_VARKEYWORDS:
        keywords |= values[names[-1]]
    return coroutine.__qualname__, [values[name] for name in names[:code.co_argcount]] + list(star[0]), keywords


class _Child:
    """In a child process: runs one task at a time; what waits, blocks it. Children of a task run here, one by one."""

    def __init__(self, parent, pipe, hears):
        self.child, self.hears, self.shared_objects = pipe, hears, parent.shared_objects
        self.trace, self.settings = parent.trace, parent.settings
        self.spans, self.since = [], 0
        self.running = None        # the number of the task
        self.speaking = False      # a message is on its way: no time for a signal
        self.at_rest = False       # it waits or computes, where a cancel is heard at once; elsewhere at its next await
        self.pending = None        # a cancel that came meanwhile
        self.early = {}            # likewise, of tasks that are on their way here
        self.heard = False         # a cancel was thrown here; the parent will be told
        self.ends = []             # timeouts

    @contextlib.contextmanager
    def speaks(self):
        outer, self.speaking = self.speaking, True
        try:
            yield
        finally:
            self.speaking = outer

    def say(self, *message):
        with self.speaks():
            self.child.send(message)

    def interrupted(self, *_):
        """A signal: cancel() in the parent."""
        while self.hears.poll():
            number, words = self.hears.recv()
            if number == self.running:
                self.pending = CancelledError(*words)
            else:
                self.early[number] = CancelledError(*words)
        if self.at_rest and not self.speaking:
            self.heed()

    @contextlib.contextmanager
    def rests(self):
        self.at_rest = True
        try:
            self.heed()            # of a moment ago
            yield
        finally:
            self.at_rest = False

    def heed(self):
        if self.pending:
            error, self.pending, self.heard = self.pending, None, True
            raise error

    def next_end(self, nanos=None):
        """The timeout that comes first, if it comes before `nanos` are over, and how long until then (or `nanos`)."""
        end, now = min(self.ends, key=lambda end: end.at, default=None), self.trace.now()
        if end is None or end.at == float("inf") or (nanos is not None and end.at - now >= nanos):
            return None, nanos
        return end, max(0, end.at - now)

    def ask(self, number, method, args):
        waits = method in ("acquire", "wait", "put", "get", "join")
        if waits:
            self.heed()
        end, left = self.next_end() if waits else (None, None)
        with self.span("waiting for a lock"), self.speaks():
            self.child.send(("call", number, method, args, self.heard, left))
            self.heard = False
            answer, error, expired = self.child.recv()
        if error:
            error = _unpacked(error)
            if isinstance(error, CancelledError):
                self.pending = None
            if expired:
                end.expired = True
            raise error
        return answer

    @contextlib.contextmanager
    def span(self, state):
        line, began = _calling_line(), time.perf_counter_ns()
        self.spans.append(("running", self.since, began, 0))
        try:
            yield
        finally:
            self.since = time.perf_counter_ns()
            self.spans.append((state, began, self.since, line))

    def current(self): return self

    def compute(self, nanos):
        with self.span("running"), self.rests():
            _work(nanos)

    def block(self, nanos):
        until = time.perf_counter_ns() + max(0, nanos)
        with self.span("waiting for I/O"), self.rests():
            # Not time.sleep(): a signal just before it begins would be heard after it. What goes with the signal ends this wait.
            while (left := until - time.perf_counter_ns()) > 0:
                if self.hears.poll(left / 1e9) and not hasattr(signal, "SIGUSR1"):
                    self.interrupted()

    async def io(self, nanos):
        self.heed()
        end, nanos = self.next_end(max(0, nanos))
        self.block(nanos)
        if end:
            end.expired = True
            raise CancelledError

    async def request(self, nanos, size):
        self.heed()
        end, left = self.next_end()
        try:
            with self.span("waiting for I/O"), self.rests():
                return _fetch(nanos, size, left / 1e9 if end else None)
        except TimeoutError:
            if not end:
                raise
            end.expired = True
            raise CancelledError from None

    async def step(self): pass

    def spawn(self, coroutine):
        return coroutine if isinstance(coroutine, _ChildTask) else _ChildTask(coroutine)

    async def gather(self, children, return_exceptions):
        results = []
        for task in [self.spawn(child) for child in children]:
            try:
                results.append(await task)
            except Exception as error:
                if not return_exceptions:
                    raise
                results.append(error)
        return results

    async def to_thread(self, function, args, kwargs): return function(*args, **kwargs)
    async def to_process(self, function, args): return function(*args)

    def timeout(self, nanos): return _ThreadTimeout(self, nanos)

    async def wait_for(self, awaitable, nanos):
        async with self.timeout(nanos):
            return await awaitable

    def make(self, kind, *args): return _Processes.make(self, kind, *args)


class _ChildTask:
    """A task made in a child: it runs when it is awaited."""

    def __init__(self, coroutine):
        self.coroutine, self.outcome = coroutine, None

    def __await__(self):
        if self.outcome is None:
            try:
                self.coroutine.send(None)
            except StopIteration as stop:
                self.outcome = stop.value, None
            except BaseException as error:
                self.outcome = None, error
        return self.result()
        yield

    def done(self): return self.outcome is not None
    def cancelled(self): return self.done() and isinstance(self.outcome[1], CancelledError)

    def cancel(self, msg=None):
        if self.done():
            return False
        self.coroutine.close()
        self.outcome = None, CancelledError(*([] if msg is None else [msg]))
        return True

    def result(self):
        if self.outcome[1]:
            raise self.outcome[1]
        return self.outcome[0]


def _child_main(pipe, hears):
    """The life of a child process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if _state is None:  # not forked: the script was imported, under another name
        _begin([])
    child = _state.executor = _Child(_state.executor, pipe, hears)
    if hasattr(signal, "SIGUSR1"):
        signal.signal(signal.SIGUSR1, child.interrupted)
    child.speaking = True
    while True:
        try:
            number, name, args, keywords = pipe.recv()
        except EOFError:
            return
        value = error = None
        child.spans, child.since = [], time.perf_counter_ns()
        child.heard, child.ends = False, []
        try:
            first, *rest = name.split(".")
            target = _state.script[first]
            for part in rest:
                target = getattr(target, part)
            child.running = number
            child.pending = child.pending or child.early.pop(number, None)
            try:
                child.speaking = False
                target(*args, **keywords).send(None)
            except StopIteration as stop:
                value = stop.value
            finally:
                child.speaking, child.running, child.pending = True, None, None
        except BaseException as raised:
            error = raised
        child.spans.append(("running", child.since, time.perf_counter_ns(), 0))
        try:
            pipe.send(("done", value, error and _packed(error), child.spans))
        except Exception as unsent:
            error = TypeError(f"the {'exception' if error else 'result'} cannot be sent to another process: {unsent}")
            pipe.send(("done", None, _packed(error), child.spans))


_pool_lock = threading.Lock()


def _called_in_child(function, args):
    """to_process: a plain function in another process; those are started at the first call, one per core, and end with the run."""
    settings = _now_running()
    with _pool_lock:
        if settings.pool is None:
            context = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")
            settings.pool = concurrent.futures.ProcessPoolExecutor(settings.cores, context)
    try:
        with _a_call_takes_what_moves():
            call = _dumps((function, args))
    except TypeError:
        raise
    except Exception as unsent:
        raise TypeError(f"the call cannot be sent to another process: {unsent}") from None
    done, value = settings.pool.submit(_call_there, call).result()
    if done:
        return pickle.loads(value)
    raise _unpacked(pickle.loads(value))


def _call_there(call):
    """In the child. What comes home is packed here: left to itself, the pool loses an exception that pickle cannot make again, and
    the process with it."""
    function, args = pickle.loads(call)
    try:
        value = function(*args)
    except Exception as error:
        try:
            return False, _dumps(_packed(error))
        except Exception as unsent:
            return False, _dumps(_packed(TypeError(f"the exception cannot be sent to another process: {unsent}")))
    try:
        return True, _dumps(value)
    except Exception as unsent:
        return False, _dumps(_packed(TypeError(f"the result cannot be sent to another process: {unsent}")))


def _executor_for(settings):
    return {"loop": _OneThread, "serial": _OneThread, "processes": _Processes}.get(settings.on, _Threads)(settings)


# ---------------------------------------------------------------------------------------------------------- requests
# A small HTTP server in a process of its own, so that its work is nobody's here. It waits as long as the path says.

_server = None


def _server_port():
    global _server
    if _server is None:
        process = subprocess.Popen([sys.executable, __file__, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        _server = process, int(process.stdout.readline())
        atexit.register(_end_server)
    return _server[1]


def _end_server():
    process = _server[0]
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def _request_text(nanos, size):
    return f"GET /{nanos}/{size} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()


def _fetch(nanos, size, limit=None):
    connection = http.client.HTTPConnection("127.0.0.1", _server_port(), timeout=limit)
    try:
        connection.request("GET", f"/{nanos}/{size}", headers={"Connection": "close"})
        return len(connection.getresponse().read())
    finally:
        connection.close()


async def _serve():
    async def answer(reader, writer):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0].split()
            nanos, size = map(int, head[1].decode().strip("/").split("/"))
            await asyncio.sleep(nanos / 1e9)
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n".encode() + b"x" * size)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
    builtins.print(server.sockets[0].getsockname()[1], flush=True)
    # Whoever started it holds the other end of standard input, and is gone when that ends.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


# ----------------------------------------------------------------------------------------------------------- sockets
# Real ones, over the loopback, and only to ports where this script itself listens. What they refuse, and in which words, is as
# in the program: so many sockets at once, so many bytes, ten seconds for each wait.

_LONGEST_WAIT = 10
_sockets, _socket_bytes, _sockets_ever = {}, 0, 0  # open ones: to the port where they listen, or None


class Socket:
    def __init__(self, inner, port, listens=False):
        global _sockets_ever
        _sockets_ever += 1
        inner.settimeout(_LONGEST_WAIT)
        if not listens:
            inner.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        self.port, self._inner, self._listens = port, inner, listens
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        _sockets[self] = port if listens else None

    def _open(self, to_talk=False):
        if self not in _sockets:
            raise OSError("This socket is closed.")
        if to_talk and self._listens:
            raise OSError("This socket listens; accept() gives the one to talk with.")

    def accept(self):
        self._open()
        if not self._listens:
            raise OSError("Only a socket from listen() can accept().")
        _room_for_a_socket()
        return Socket(_executor().at_socket(self._inner.accept)[0], self.port)

    def recv(self, most=1024):
        if not 1 <= most <= 65536:
            raise TypeError(".recv() takes how many bytes at most: 1 to 65536.")
        self._open(True)
        return _executor().at_socket(functools.partial(self._receive, most))

    def _receive(self, most):
        while True:
            try:
                got = self._inner.recv(most)
            except ConnectionError:
                raise ConnectionError("The other side has closed the connection.") from None
            text = self._decoder.decode(got, not got)
            if text or not got:
                return text

    def send(self, text):
        global _socket_bytes
        data = text.encode() if isinstance(text, str) else None
        if data is None or len(data) > 65536:
            raise TypeError(".send() takes one text of at most 65536 bytes.")
        self._open(True)
        _socket_bytes += len(data)
        if _socket_bytes > 16 << 20:
            raise OSError("A run sends at most 16 MiB through its sockets.")
        try:
            _executor().at_socket(functools.partial(self._inner.sendall, data))
        except ConnectionError:
            raise ConnectionError("The other side has closed the connection.") from None

    def close(self):
        if _sockets.pop(self, self) is not self:
            self._inner.close()


def _close_sockets():
    """The run is over."""
    global _socket_bytes, _sockets_ever
    for socket in list(_sockets):
        socket.close()
    _socket_bytes = _sockets_ever = 0


def _room_for_a_socket():
    if _executor().settings.on == "processes":
        raise RuntimeError("Each process has sockets of its own: tasks in other processes would not see this one.")
    if _executor().settings.trace.jump and not _executor().serial:
        raise _Refused("Sockets are real: they cannot be used under --clock jump.")
    if _sockets_ever >= 10_000:
        raise OSError("A run opens at most 10000 sockets.")
    if len(_sockets) >= 64:
        raise OSError("A run has at most 64 sockets open at once; close() some.")


def listen(port=0):
    if port != 0 and not 1024 <= port <= 65535:
        raise ValueError("listen() takes a port from 1024 to 65535, or 0 for any that is free.")
    _room_for_a_socket()
    inner = _socket.socket()
    try:
        inner.bind(("127.0.0.1", port))
    except OSError:
        inner.close()
        raise OSError(f"Port {port} is taken.") from None
    inner.listen(64)
    return Socket(inner, inner.getsockname()[1], True)


def connect(port):
    if not 1024 <= port <= 65535:
        raise ValueError("connect() takes a port from 1024 to 65535.")
    _room_for_a_socket()
    if port not in _sockets.values():
        raise ConnectionError(f"Nobody in this run listens on port {port}.")
    return Socket(_socket.create_connection(("127.0.0.1", port), _LONGEST_WAIT), port)


async def readable(socket):
    if not isinstance(socket, Socket):
        raise TypeError(f"readable() takes a socket, not {type(socket).__name__}.")
    socket._open()
    await _executor().readable(socket._inner)


def _wait_readable(inner):
    if not select.select([inner], [], [], _LONGEST_WAIT)[0]:
        raise TimeoutError("timed out")


# -------------------------------------------------------------------------------------------------------- operations


def _at_call(place, named):
    """What is no time is refused where the operation is called, not where it is awaited, and so once."""
    def decorate(operation):
        of = operation.__name__

        @functools.wraps(operation)
        def call(*args, **kwargs):
            duration = args[place] if len(args) > place else kwargs.get(named, 0 * ms)
            if not (of == "wait_for" and duration is None) and not (of == "sleep" and type(duration) is int and duration == 0):
                _nanos(duration, of)
            return operation(*args, **kwargs)
        return call
    return decorate


def compute(duration): _executor().compute(_nanos(duration, "compute"))
def block(duration): _executor().block(_nanos(duration, "block"))
@_at_call(0, "duration")
async def io(duration): await _executor().io(duration.nanos)


@_at_call(0, "latency")
async def request(latency, size=0): return await _executor().request(latency.nanos, size)


@_at_call(0, "duration")
async def sleep(duration): await _executor().io(duration.nanos if duration else 0)


async def step(): await _executor().step()
def spawn(coroutine): return _executor().spawn(coroutine)
def gather(*children, return_exceptions=False): return _executor().gather(children, return_exceptions)
def timeout(duration): return _executor().timeout(None if duration is None else _nanos(duration, "timeout"))


@_at_call(1, "timeout")
async def wait_for(awaitable, timeout):
    return await _executor().wait_for(awaitable, None if timeout is None else timeout.nanos)


async def to_thread(function, *args, **kwargs): return await _executor().to_thread(function, args, kwargs)
async def to_process(function, *args): return await _executor().to_process(function, args)
def Lock(): return _executor().make("Lock")
def Semaphore(value=1): return _executor().make("Semaphore", value)
def Event(): return _executor().make("Event")
def Queue(maxsize=0): return _executor().make("Queue", maxsize)


class shared:
    """A cell that tasks share. Nothing holds the two halves of `c.store(c.load() + 1)` together."""

    def __init__(self, value=None):
        self._value = value

    def load(self): return self._value
    def store(self, value): self._value = value


def workers(): return _now_running().workers
def cores(): return _now_running().cores

def prepare_numbers(n, *, shared=False):
    _now_running().numbers = list(range(n))
    if shared:
        _shared_name(n)


_MOST_NUMBERS = 8_388_608


def _check_places(of, low, high):
    if not 0 <= low <= high <= _MOST_NUMBERS:
        raise ValueError(f"{of}() got {low} to {high}; the list has the places 0 to {_MOST_NUMBERS}.")


def numbers(low, high, *, shared=False, moved=False):
    _check_places("numbers", low, high)
    if shared and moved:
        raise ValueError("numbers() are shared or moved, not both.")
    if moved:
        return _MovedNumbers(low, high)
    real = _now_running().numbers
    if shared:
        return _SharedNumbers(_shared_name(max(high, len(real))), low, high)
    return real[low:high] if high <= len(real) else list(range(low, high))


# Numbers that processes share: a file in memory where there is such a place, mapped by each. Sent are its name and two places.
_mapped = {}  # name -> its numbers


def _shared_name(count):
    settings = _now_running()
    if settings.shared_numbers[1] < count:
        file, name = tempfile.mkstemp(prefix="interleave-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        atexit.register(_forget_shared, name, os.getpid())
        with os.fdopen(file, "wb") as out:
            array.array("q", range(count)).tofile(out)
        settings.shared_numbers = name, count
    return settings.shared_numbers[0]


def _forget_shared(name, owner):
    if os.getpid() == owner:
        with contextlib.suppress(OSError):
            os.unlink(name)


class _SharedNumbers(collections.abc.Sequence):
    def __init__(self, name, low, high):
        if name not in _mapped:
            with open(name, "rb") as file:
                _mapped[name] = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)).cast("q")
        self.where = name, low, high
        self.numbers = _mapped[name][low:high]

    def __reduce__(self): return _SharedNumbers, self.where
    def __len__(self): return len(self.numbers)
    def __iter__(self): return iter(self.numbers)
    def __getitem__(self, at): return list(self.numbers[at]) if isinstance(at, slice) else self.numbers[at]
    def __eq__(self, other): return list(self) == list(other) if isinstance(other, (list, _SharedNumbers)) else NotImplemented
    def __repr__(self): return repr(list(self))


# Numbers that go with a task: written once, into a file in memory, which whoever is sent it takes from its folder as soon as it is
# mapped. Where they are pickled for anything but a call, they are copied; so they are in a child, whose files nobody would clear up.
_sending = threading.local()  # .moved: what the call that is being pickled takes along
_GONE = "These numbers were sent to another process, and are here no more."


class _MovedNumbers(collections.abc.Sequence):
    def __init__(self, low, high):
        self.name, self.gone = None, False
        if low == high or multiprocessing.parent_process() or not os.path.isdir("/dev/shm"):
            self.held = array.array("q", range(low, high))
            return
        file, self.name = tempfile.mkstemp(prefix="interleave-moved-", dir="/dev/shm")
        weakref.finalize(self, _forget_shared, self.name, os.getpid())  # at the end at the latest
        with os.fdopen(file, "r+b") as out:
            array.array("q", range(low, high)).tofile(out)
            out.flush()
            self.held = memoryview(mmap.mmap(out.fileno(), 0, access=mmap.ACCESS_READ)).cast("q")

    @property
    def numbers(self):
        if self.gone:
            raise RuntimeError(_GONE)
        return self.held

    def __reduce__(self):
        if self.gone:
            raise TypeError(_GONE)
        moved = getattr(_sending, "moved", None)
        if moved is None:
            return list, (self.held.tolist(),)
        self.gone = True
        moved.append(self)
        return (_received, (self.name,)) if self.name else (list, (self.held.tolist(),))

    def __bool__(self): return not self.gone and len(self.held) > 0
    def __len__(self): return len(self.numbers)
    def __iter__(self): return _each_that_is_here(self)
    def __getitem__(self, at): return self.numbers[at].tolist() if isinstance(at, slice) else self.numbers[at]
    def __eq__(self, other): return list(self) == list(other) if isinstance(other, (list, _MovedNumbers, _SharedNumbers)) else NotImplemented
    def __repr__(self): return "<numbers that were moved>" if self.gone else repr(self.held.tolist())


def _each_that_is_here(moved):
    at, count = 0, len(moved)
    return (moved.numbers[at] for at in range(count))


def _received(name):
    """In another process."""
    made = _MovedNumbers.__new__(_MovedNumbers)
    made.name, made.gone = None, False
    with open(name, "rb") as file:
        os.unlink(name)
        made.held = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)).cast("q")
    return made


@contextlib.contextmanager
def _a_call_takes_what_moves():
    if multiprocessing.parent_process():
        yield
        return
    _sending.moved = []
    try:
        yield
    except BaseException:
        for numbers in _sending.moved:
            numbers.gone = False
        raise
    else:
        for numbers in _sending.moved:
            numbers.held = None
    finally:
        _sending.moved = None


def sum_range(low, high):
    _check_places("sum_range", low, high)
    return sum(numbers(low, high))


def print(*values, sep=" ", end="\n", file=None, flush=False):
    text = _io.StringIO()
    builtins.print(*values, sep=sep, end=end, file=text)
    state = _now_running()
    executor = state.executor
    if isinstance(executor, _Child):
        executor.say("print", text.getvalue())
        return
    current = executor.current
    task = current() if callable(current) else current
    _print_line(text.getvalue(), getattr(task, "record", task))


def _print_line(text, record):
    _state.trace.text(record, text.removesuffix("\n"))
    _state.trace.printed.append(text)
    if not _state.options.json:
        sys.stdout.write(text)  # a line in one piece, whoever else writes
        sys.stdout.flush()


# ---------------------------------------------------------------------------------------------- declarations and run


def _end_with(sentence):
    sys.stderr.write(sentence + "\n")
    sys.exit(2)


def lesson(**facts): _now_running()
def preset(name, **facts): _now_running()


_YES_OR_NO = {"off": 0, "on": 1, "no": 0, "yes": 1, "false": 0, "true": 1}


def param(value, min=None, max=None, log=False, choices=None):
    """choices: what 0, 1, 2 and so on are called; --set takes the names, too."""
    settings = _now_running()
    name = settings.name_of_parameter(sys._getframe(1).f_lineno)
    _check_parameter(settings, name, value, min, max, log, choices)
    if choices:
        min, max = 0, len(choices) - 1
    if isinstance(value, bool):
        min, max = 0, 1
    yes_or_no = type(value) in (int, bool) and not choices and (min, max) == (0, 1)
    if yes_or_no and str(settings.set.get(name)).lower() in _YES_OR_NO:
        settings.set[name] = float(_YES_OR_NO[settings.set[name].lower()])
    if isinstance(settings.set.get(name), str):
        word = settings.set[name].replace("-", " ").replace("_", " ")
        if not choices or word not in choices:
            _end_with(f"'{settings.set[name]}' is no value for {name}; " + (f"there are: {', '.join(choices)}." if choices else "it is on or off." if yes_or_no else "write a number, or a time such as 200ms, 1.5s or 50us."))
        settings.set[name] = choices.index(word)
    if name in settings.set:
        n = settings.set[name]
        if isinstance(value, Duration) and isinstance(n, float):
            _end_with(f"{name} is a time: write {n:g}{value.unit}, or another unit of ns, us, ms and s.")
        if not isinstance(value, Duration) and isinstance(n, int) and not choices:
            _end_with(f"{name} is a number, without a unit.")
        if isinstance(value, int) and n != round(n):
            _end_with(f"{name} is a whole number, not {n:g}.")
        bound = lambda limit: limit.nanos if isinstance(limit, Duration) else limit
        if (min is not None and n < bound(min)) or (max is not None and n > bound(max)):
            _end_with(f"{name} is {min} to {max}, not {Duration(n, value.unit) if isinstance(value, Duration) else f'{n:g}'}.")
        value = Duration(round(n), value.unit) if isinstance(value, Duration) else float(n) if isinstance(value, float) else bool(n) if isinstance(value, bool) else round(n)
    settings.parameters[name] = value
    return value


def _check_parameter(settings, name, value, min, max, log, choices):
    """What Interleave refuses before a script runs."""
    refuse = lambda sentence: _end_with(f"Line {_calling_line()}: {sentence}")
    number = lambda v: isinstance(v, (int, float))
    plain = lambda v: v.nanos if isinstance(v, Duration) else v
    if name is None:
        refuse("param() is assigned to one name, such as connections = param(100).")
    if name in settings.parameters:
        refuse(f"The parameter '{name}' is declared twice.")
    if not number(value) and not isinstance(value, Duration):
        refuse(f"The default of param() is a number or a time, not {value!r}.")
    if isinstance(value, bool):
        if min is not None or max is not None or log or choices is not None:
            refuse("param(True) and param(False) are yes or no: they have no min, max, log or choices.")
        return
    for word, limit in (("min", min), ("max", max)):
        kind = Duration if isinstance(value, Duration) else int if isinstance(value, int) else (int, float)
        if limit is not None and not (isinstance(limit, kind) or (type(limit) is int and limit == 0)):
            refuse(f"{word}= of param() is of another kind than the default, {value!r}.")
    if choices is not None:
        if not isinstance(value, int) or min is not None or max is not None or log or not isinstance(choices, list) or len(choices) < 2 or any(not isinstance(c, str) for c in choices):
            refuse("choices= of param() is a list of at least two names, for 0, 1, 2 and so on; the default is a whole number, and it has no min, max or log.")
        min, max = 0, len(choices) - 1
    standard = plain(value)
    low = plain(min) if min is not None else builtins.min(0, standard)
    high = plain(max) if max is not None else builtins.max(standard * 10, 0 if standard else 1)
    if not low <= standard <= high:
        shown = (lambda v: Duration(round(v), value.unit)) if isinstance(value, Duration) else (lambda v: choices[v]) if choices else lambda v: v
        refuse(f"The default of '{name}', {value}, is not between {shown(low)} and {shown(high)}.")
    if log and low < 0:
        refuse("A parameter with log=True cannot be negative.")


def expect(figure, on=None, value=None, least=None, most=None):
    settings = _now_running()
    if settings.on in ([on] if isinstance(on, str) else on or _EXECUTORS):
        bound, value = ("least", least) if least is not None else ("most", most) if most is not None else ("about", value)
        if figure in ("makespan", "output", "lines", "error"):  # one of each; a later one goes before
            settings.expected = [e for e in settings.expected if e[0] != figure]
        settings.expected.append((figure, bound, value))


def gil_interval(duration):
    """After how long a thread that computes must let another have the interpreter. CPython keeps this promise roughly."""
    settings = _now_running()
    if settings.gil_interval:
        duration = Duration(round(settings.gil_interval), duration.unit)
    if settings.on in ("threads", "gil"):
        sys.setswitchinterval(_nanos(duration, "gil_interval") / 1e9)
    return duration


def run(main):
    settings = _now_running()
    if inspect.iscoroutine(main):
        main.close()
        _end_with(f"Line {_calling_line()}: run() takes the function itself: write run(main), without brackets after main.")
    if not inspect.isfunction(main):
        _end_with(f"Line {_calling_line()}: run() takes a function, such as run(main), not {type(main).__name__}.")
    settings.script = main.__globals__
    if settings.in_child:
        return
    unknown = [name for name in settings.set if name not in settings.parameters]
    if unknown:
        _end_with(f"There is no parameter '{unknown[0]}'. There are: {', '.join(settings.parameters)}." if settings.parameters else f"There is no parameter '{unknown[0]}': the script has none.")
    if "request" in settings.used_names and settings.options.clock == "real":
        _server_port()
    how, sentence, failure = "finished", "", None
    cpu = time.process_time_ns()
    try:
        settings.executor.run(main)
    except _Deadlock:
        how, sentence = "deadlock", _DEADLOCK
    except (Exception, CancelledError) as error:
        how, sentence, failure = "failed", f"{type(error).__name__}: {error}", error
    cpu = time.process_time_ns() - cpu
    for error in settings.executor.unheard():
        sys.stderr.write(f"A task failed, and nobody awaited it: {_place(error)}{type(error).__name__}: {error}\n")
    _close_sockets()
    if settings.pool:
        settings.pool.shutdown(wait=how != "deadlock", cancel_futures=True)
    _report(settings, how, sentence, cpu)
    if failure:
        raise failure
    if how == "deadlock":
        _deadlocked()


def _place(error):
    """Where in the script it was raised."""
    line, trace = 0, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == _state.file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"Line {line}: " if line else ""


def _deadlocked():
    """Ends the process: what waits forever gets no chance to clean up, and would at the interpreter's usual end."""
    sys.stderr.write(_DEADLOCK + "\n")
    sys.stderr.flush()
    if _server:
        _end_server()
    os._exit(1)


def _figures(settings, makespan, cpu, error):
    """What this run can say of itself."""
    trace = settings.trace
    latencies = sorted(r.ended - r.spawned for r in trace.tasks.values() if r.id != 1 and r.ended is not None) or [0]
    figures = {"makespan": makespan, "cpu": cpu, "tasks": len(trace.tasks) - 1, "error": error,
               "p50": latencies[-(-len(latencies) // 2) - 1],
               "p99": latencies[min(len(latencies) - 1, -(-99 * len(latencies) // 100) - 1)], "longest": latencies[-1],
               "output": "".join(trace.printed).removesuffix("\n").split("\n") if trace.printed else []}
    figures["lines"] = figures["output"]
    if settings.on in ("serial", "loop"):  # who holds the GIL is not seen from here
        figures["switches"] = sum(a != b for a, b in zip(trace.order, trace.order[1:]))
    return figures


def _check(settings, figures):
    """(expected makespan, verdict, because), as Interleave checks: a time within 10 % and 5 ms."""
    plain = lambda v: v.nanos if isinstance(v, Duration) else v
    makespan, why = None, []
    texts = lambda v: [v] if isinstance(v, str) else list(v)
    if figures["error"] and not any(figure == "error" for figure, _, _ in settings.expected):
        return None, None, ""
    checked = 0
    for figure, bound, value in settings.expected:
        value, measured = plain(value), figures.get(figure)
        if figure == "makespan":
            makespan = round(value)
        if measured is None or (figure == "makespan" and value <= 0):
            continue
        checked += 1
        if figure == "error":
            if any(part not in measured for part in texts(value)) or not measured:
                why.append(f"it ended with '{measured}', and the lesson says {value!r}")
        elif figure in ("output", "lines"):
            in_order = list if figure == "output" else sorted
            if in_order(measured) != in_order(texts(value)):
                why.append(f"it printed {measured}, and the lesson says {value}")
        elif bound == "about":
            time_ = figure in ("makespan", "p99", "longest", "cpu")
            slack = 0 if figure == "tasks" else abs(value) / 10 + (5e6 if time_ else 3)
            if abs(measured - value) > slack:
                percent = round(100 * abs(measured - value) / value) if value else 100
                words = "longer than the formula says" if measured > value else "less time than the formula says"
                why.append(f"it took {percent} % {words}" if figure == "makespan" else f"{figure} is {measured}, and the lesson says {value}")
        elif (measured < value) if bound == "least" else (measured > value):
            why.append(f"{figure} is {measured}, and the lesson says at {bound} {value}")
    return makespan, ("off" if why else "as predicted") if checked else None, why[0] if why else ""


def _report(settings, how, sentence, cpu):
    trace, options, makespan = settings.trace, settings.options, settings.executor.makespan
    if options.trace:
        pathlib.Path(options.trace).write_text(trace.chrome(how, makespan), encoding="utf-8")
    if options.order:
        pathlib.Path(options.order).write_text("".join(f"{task}\n" for task in trace.order), encoding="utf-8")
    figures = _figures(settings, makespan, cpu, f"{how}: {sentence}" if sentence else "")  # how it ended is part of what a lesson may expect
    expected, verdict, because = _check(settings, figures)
    if options.json:
        plain = lambda v: v.nanos if isinstance(v, Duration) else v
        one = {"executor": settings.on, "provenance": "measured", "makespan_ns": makespan, "tasks": len(trace.tasks) - 1,
               "cpu_busy_ns": cpu, "switches": max(0, len(trace.order) - 1), "speedup": None,
               "latency_ns": {"p50": figures["p50"], "p99": figures["p99"], "max": figures["longest"]}, "output": figures["output"],
               "check": {"expected_ns": expected, "verdict": verdict, "because": because}, "dropped_events": 0}
        if how != "finished":
            one |= {"ended": how, "sentence": sentence}
        parameters = {name: plain(value) for name, value in settings.parameters.items()}
        builtins.print(json.dumps({"lesson": settings.name, "parameters": parameters, "runs": [one]}, indent=2, ensure_ascii=False))
    elif verdict:
        words = verdict if not because else f"off, because {because}"
        beside = f", expected {expected / 1e6:.1f} ms" if expected else ""
        sys.stderr.write(f"{settings.on}: {makespan / 1e6:.1f} ms{beside}: {words}\n")


if __name__ == "__main__" and sys.argv[1:] == ["--serve"]:
    asyncio.run(_serve())
    os._exit(0)
