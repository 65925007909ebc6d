#!/usr/bin/env python3
"""bench_page.py RESULTS PAGE -- the goals, and one table of what the benches printed.

RESULTS: a folder of files native.txt, node.txt, chromium.txt, whose lines are those of tests/bench/rows.h. Whether a goal is
reached is computed from them. What others publish, and what was measured of them elsewhere, stands beside ours with its
source; it is never in a column of ours.
"""
import collections
import html
import pathlib
import platform
import re
import sys
import time

# Peers: ../shared/PERFORMANCE.md, sections 1 to 5, on a machine of this kind, 2026-11-23.
# Fork and join: ms at one worker and at two of fib(33), skynet of a million, 13 queens, each peer with its better compiler; as multiples of
# the serial function beside it they can be held against ours.
SERIAL = {"fib(": 7.85, "skynet,": 1.23, "13 queens": 579}
FORK_JOIN = {
    "citor 0.4.5": ((104.5, 46.7), (10.3, 6.2), (645, 342)), "libfork 3.8.0": ((110, 60), (17.8, 7.9), (588, 288)),
    "TooManyCooks": ((194, 98), (18.8, 9.3), (651, 325)), "Taskflow": ((297, 159), (46, 25), (715, 377)),
    "cppcoro": ((385, 211), (46.5, 29), (766, 430)), "oneTBB 2021.8": ((582, 290), (39, 20), (820, 419)),
    "concurrencpp 0.1.7": ((637, 702), (71, 80), (1049, 951)), "libcoro": (None, (148, 268), (1892, 2067)),
    "Go 1.19": (None, (872, 497), None),
}
LACE = {1: 59.9 / 31.5, 2: 31.8 / 31.5}  # fib(36); another run
CALLS = 11_405_773                       # of fib(33)
LIBFORK_WASM = {1: 46.6, 2: 23.8}        # ns a call, Node
FUTEX = 23_100                           # ns, a wake across cores

# What begins so (and ends so), who, figure, unit; of a bench's own row.
ELSEWHERE = [
    (r"fib\(\d+\)$", "Lace, fib(36), 1 and 2 workers", f"{LACE[1]:.2f}x and {LACE[2]:.2f}x", "serial"),
    (r"fib\(\d+\)$", "libfork in Node, 1 and 2 workers", "4.95 and 5.2", "x its native"), (r"fib\(\d+\)$", "TooManyCooks in Node", "2.0 and 2.8", "x its native"),
    (r"fib\(\d+\)$", "cppcoro in Node", "2.1 and 2.3", "x its native"), (r"fib\(\d+\)$", "Taskflow in Node", "0.77 and 0.79", "x its native (clang)"),
    (r"fib\(\d+\) of coroutine frames", "libfork in Node, 1 and 2 workers", "46.6 and 23.8", "ns a call"),
    (r"empty fork", "oneTBB, 2 workers", 68, "ns"), (r"empty fork", "TooManyCooks, spawn, 2 workers", 72, "ns"),
    (r"empty fork", "libfork 3.8.0, 2 workers", 427, "ns"), (r"empty fork", "TooManyCooks, fork, 2 workers", 738, "ns"),
    (r"channel, a hop", "TooManyCooks", 41.7, "ns"), (r"channel, a hop", "libcoro", 42.7, "ns"), (r"channel, a hop", "Go 1.19", 108, "ns"),
    (r"channel, a hop", "asio", 208, "ns"), (r"channel, a hop", "asyncio", 3085, "ns"),
    (r"spawn and await$", "cppcoro, schedule", 13.6, "ns"), (r"spawn and await$", "TooManyCooks, spawn", 16.6, "ns"), (r"spawn and await$", "libfork, fork and join", 16.7, "ns"),
    (r"spawn and await$", "libcoro", 52, "ns"), (r"spawn and await$", "asio", 54, "ns"), (r"spawn and await$", "oneTBB", 54.5, "ns"),
    (r"spawn and await$", "asyncio, create_task", 4662, "ns"),
    (r"a million sleepers, CPU", "libcoro", 2170, "ns"), (r"a million sleepers, CPU", "asio", 3033, "ns"), (r"a million sleepers, CPU", "Go 1.19", 5200, "ns"),
    (r"a million sleepers, CPU", "asyncio", 28700, "ns"),
    (r"a million sleepers, mem", "libcoro", 347, "bytes"), (r"a million sleepers, mem", "asio", 940, "bytes"), (r"a million sleepers, mem", "Go 1.19", 1202, "bytes"),
    (r"a million sleepers, mem", "asyncio", 1299, "bytes"),
    (r"a million sleepers, the last", "libcoro", 691, "ms"), (r"a million sleepers, the last", "asio", 1721, "ms"), (r"a million sleepers, the last", "Go 1.19", 3001, "ms"),
    # One after the other, as ours of "hot".
    (r"submit .*get, stealing, hot", "concurrencpp, 1 worker, which spins", 388, "ns"), (r"submit .*get, stealing, hot", "concurrencpp, 2 workers", 8600, "ns"),
    (r"submit .*get, stealing, hot", "oneTBB, 2 workers", 20000, "ns"), (r"submit .*get, stealing, hot", "libfork, 2 workers", 14000, "ns"),
    (r"submit .*get, stealing, hot", "TooManyCooks, Taskflow, 2 workers", 23000, "ns"),
    (r"submit .*get, (threads|gil), hot", "std::async", 41000, "ns"), (r"submit .*get, (threads|gil), hot", "ThreadPoolExecutor", 57000, "ns"),
    (r"submit .*get, .*cold", "two futex wakes", 2 * FUTEX, "ns"),
    (r"a million submits, stealing", "oneTBB, 1 and 2 workers", "47 and 124", "ns"), (r"a million submits, stealing", "Taskflow", "218 and 192", "ns"),
    (r"a million submits, (threads|gil)", "ThreadPoolExecutor", "16 000 and 21 300", "ns"), (r"a million submits, (loop|serial),", "asio", 32, "ns"),
    (r"process, a round trip", "ProcessPoolExecutor", 155000, "ns"),
    (r"echo over", "asio, 1 thread", 10730 / 9675, "x epoll itself"), (r"echo over", "Go 1.19", 12360 / 9675, "x epoll itself"), (r"echo over", "asyncio streams", 18520 / 9675, "x epoll itself"),
    (r"event: written, same", "Tracy, half a zone", 21.3, "ns"), (r"event: written, same", "Go 1.19's tracer, a channel's hop", 1438, "ns"),
    (r"event: written, same", "Taskflow's observer, a task", "60 to 150", "ns"), (r"event: written, same", "perfetto-recorder, a span (published)", 61, "ns"),
    (r"cull and fold: 10M spans, the whole", "Tracy's search, 8 lanes", "0.39 to 0.59", "ms"), (r"cull and fold: 10M spans, the whole", "brute force, 8 lanes", 30.6, "ms"),
    (r"cull and fold: 100M spans, the whole", "Tracy's search, 8 lanes", 2.6, "ms"), (r"quads: 10,000 plain, drawn$", "instanced quads, SwiftShader", "98 to 214", "ms"),
]
GOALS = {
    1: "Fork and join, untraced: a fifth of the time of the best that is general, and at most 1.15 times Lace's",
    2: "Tracing: at most 1.35 times fib's time, 1.01 times that of tasks of 1 µs",
    3: "Traced, still a third of the time of the best that is general and untraced",
    4: "In wasm at most 2.5 times our native time, and half of native libfork's",
    5: "Coroutines that fork: 0.7 of libfork's time, in wasm 0.4",
    6: "skynet on two workers: 0.6 of the best peer's time",
    7: "An empty fork beside an idle thief: at most 10 ns",
    8: "A channel's hop: at most 6 ns natively, 20 in Chromium",
    9: "Spawn and await on the loop: at most 7 ns",
    10: "A million sleepers: at most 160 bytes and 250 ns each, the last one 20 ms late",
    11: "Submit from outside and get: hot at most 0.5 µs, cold 1.1 times two wakes (futexes; in wasm two atomic.waits); an idle pool uses no CPU",
    12: "A process, a round trip: at most 60 µs cold, 1 µs hot",
    13: "Echo: at most 1.05 times epoll itself",
    14: "An event: at most 0.6 ns natively, 2 in Node, 4 in Chromium",
    15: "Cull and fold: at most 1 ms in wasm (100M spans: natively); submit 0.5 ms; a frame 4 ms",
    16: "Without a GPU 10,000 quads in at most 33 ms",
    17: "A trace, opened or taken in live: at most 50 ns and 24 bytes a span",
    18: "The app cold: at most 450 KB, first frame after 300 ms, first task after 150",
    19: "GIL: two tasks that compute take 1.00 to 1.05 times one's time; stealing: two workers at least 1.9 times as fast",
}
PROMISES = {
    "P4": "A task that computes hears of a cancel, or of the run's end, after at most 1 ms",
    "P5": "A worker that sleeps begins what is queued after at most 1 ms",
    "P6": "The GIL is kept while another wants it for its interval, 5 ms, within a fifth",
}
NO_BENCH = {18: "no bench: tests/web measures the page"}
PLACES = ["native", "node", "chromium"]
NAMES = {"native": "Native", "node": "Node", "chromium": "Chromium"}

Row = collections.namedtuple("Row", "value unit multiple")
Check = collections.namedtuple("Check", "goal place what who says reached")


def read(path):
    """{(what, who): Row}, in the order of the lines (the multiple is of the serial function, or None); and {what: {who: (value, unit, source)}}
    of what others publish."""
    rows, published = {}, {}
    for line in path.read_text().splitlines() if path.exists() else []:
        cells = re.split(r"\s{2,}", line.strip())
        # The figure is right-aligned before its unit, so it may have more or fewer blanks before it.
        if len(cells) < 4:
            continue
        figure = re.fullmatch(r"(-?[\d.]+) (.+)", cells[2])
        if figure and cells[3].startswith("published: "):
            published.setdefault(cells[0], {})[cells[1]] = float(figure[1]), figure[2], cells[3].removeprefix("published: ")
        elif figure:
            multiple = cells[3][:-1] if cells[3].endswith("x") else None
            rows[cells[0], cells[1]] = Row(float(figure[1]), figure[2], float(multiple) if multiple else None)
    return rows, published


def peers(begins, workers):
    """{name: multiple of the serial function beside it} of those that are general."""
    at = list(SERIAL).index(begins)
    return {name: times[at][workers - 1] / SERIAL[begins] for name, times in FORK_JOIN.items() if times[at]}


def number(value):
    return f"{value:,.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f}".replace(",", " ")


def words(value, unit):
    if isinstance(value, str):
        return f"{value} {unit}"
    return number(value) + ("" if unit.startswith("x ") else " ") + unit


def checks_of(measured):
    """Every goal that a row speaks of, held against it."""
    checks = []

    def rows_like(place, what, who="ours, traced"):
        return [(key, row) for key, row in measured[place].items() if re.match(what, key[0]) and re.match(who + "$", key[1])]

    def check(goal, place, key, value, limit, unit, of="", least=None):
        reached = limit <= value if least is None else least <= value <= limit
        bound = (f"at least {number(limit)}" if least is None else f"{number(least)} to {number(limit)}" if least > 0 else f"at most {number(limit)}")
        checks.append(Check(goal, place, *key, f"{words(value, unit)}{of} ({bound})", reached))

    def at_most(goal, place, what, limit, who=r"(ours, traced|interleave)", of=""):
        for key, row in rows_like(place, what, who):
            check(goal, place, key, row.value, limit, row.unit, of, 0)

    def row_of(place, what, who):
        found = rows_like(place, what, who)
        return found[0] if found else (None, None)

    fib, native = r"fib\(\d+\)$", "native"
    key, untraced = row_of(native, fib, "ours, untraced, 1 worker")
    if untraced:
        best = min(peers("fib(", 1).items(), key=lambda p: p[1])
        check(1, native, key, untraced.multiple / best[1], 1 / 5, "x ", f"{best[0]}'s multiple", 0)
        check(1, native, key, untraced.multiple / LACE[1], 1.15, "x ", "Lace's multiple", 0)
    for what, limit in ((fib, 1.35), (r"\d+ tasks of 1 us", 1.01)):
        (key, traced), (_, untraced) = row_of(native, what, "ours, traced, 1 worker"), row_of(native, what, "ours, untraced, 1 worker")
        if traced and untraced:
            check(2, native, key, traced.value / untraced.value, limit, "x ", "untraced", 0)
    for n in (1, 2):
        workers = f"{n} worker{'s' if n > 1 else ''}"
        ours, who = row_of(native, fib, f"ours, traced, {workers}"), f"ours, traced, {workers}"
        if ours[1]:
            best = min(peers("fib(", n).items(), key=lambda p: p[1])
            check(3, native, ours[0], ours[1].multiple / best[1], 1 / 3, "x ", f"{best[0]}'s multiple", 0)
            tbb = row_of(native, fib, f"oneTBB, {workers}")[1]
            if tbb:
                check(3, native, ours[0], ours[1].value / tbb.value, 1 / 3, "x ", "oneTBB's time, in this run", 0)
        serial = row_of(native, fib, "serial C\\+\\+")[1]
        for place in ("node", "chromium"):
            key, row = row_of(place, fib, who)
            if row and ours[1]:
                check(4, place, key, row.value / ours[1].value, 2.5, "x ", "native", 0)
            if row and serial and place == "chromium":
                check(4, place, key, row.value / (peers("fib(", n)["libfork 3.8.0"] * serial.value), 0.5, "x ", "native libfork, by its multiple", 0)
        frames = r"fib\(\d+\) of coroutine frames"
        key, row = row_of(native, frames, who)
        if row:
            check(5, native, key, row.multiple / peers("fib(", n)["libfork 3.8.0"], 0.7, "x ", "libfork's multiple", 0)
        key, row = row_of("node", frames, who)
        if row:
            check(5, "node", key, row.value * 1e6 / CALLS / LIBFORK_WASM[n], 0.4, "x ", "libfork there", 0)
    key, row = row_of(native, "skynet", "ours, traced, 2 workers")
    if row:
        best = min(peers("skynet,", 2).items(), key=lambda p: p[1])
        check(6, native, key, row.multiple / best[1], 0.6, "x ", f"{best[0]}'s multiple", 0)
    at_most(7, native, "empty fork", 10, "ours, traced, 2 workers")
    at_most(8, native, "channel, a hop", 6)
    at_most(8, "chromium", "channel, a hop", 20)
    at_most(9, native, "spawn and await$", 7)
    at_most(10, native, "a million sleepers, mem", 160)
    at_most(10, native, "a million sleepers, CPU", 250)
    at_most(10, native, "a million sleepers, the last", 20)
    for place in PLACES:
        at_most(11, place, "submit from outside and get, (loop|threads|stealing), hot", 500)
        two_wakes = row_of(place, "two wakes, there and back", "two threads")[1]
        for key, row in rows_like(place, "submit from outside and get, (loop|threads|stealing), cold"):
            if two_wakes:
                check(11, place, key, row.value / two_wakes.value, 1.1, "x ", "two wakes there, in this run", 0)
            elif place == native:
                check(11, place, key, row.value, 1.1 * 2 * FUTEX, row.unit, "", 0)
        # A browser takes CPU time without any pool, as does the question how much that is.
        without = row_of(place, "idle, without a pool", "two threads")[1]
        at_most(11, place, "idle, (loop|threads|stealing), ", 0.1 + (without.value if without else 0))
        at_most("P4", place, "a (run is stopped|task is cancelled), heard, .*, clock, ", 1000, "ours, traced")
        at_most("P5", place, "spawned, begun by who slept, .*, clock, ", 1000, "ours, traced")
    for key, row in rows_like(native, "GIL: kept"):
        check("P6", native, key, row.value, 6, "ms", "", 4)
    at_most(12, native, "process, a round trip, cold", 60_000)
    at_most(12, native, "process, a round trip.*, hot", 1_000)
    for key, row in rows_like(native, r"echo over loopback, 20 connections, \d threads?(, CPU time)?$", "ours, traced"):
        check(13, native, key, row.multiple, 1.05, "x ", "epoll itself", 0)
    for place, limit in zip(PLACES, (0.6, 2, 4)):
        at_most(14, place, "event: written, same", limit)
    for place in ("node", "chromium"):
        at_most(15, place, "cull and fold: 10M", 1, "interleave")
    at_most(15, native, "cull and fold: 100M", 1, "interleave")
    at_most(15, native, "quads: 10,000 plain, submit", 0.5)
    at_most(15, native, "frame: ", 4, "interleave, longest")
    at_most(16, native, "quads: 10,000 plain, drawn$", 33)
    at_most(17, native, "(live trace|trace opened): 10M.*, a span$(?<!its end, a span)", 50)
    at_most(17, native, "(live trace|trace opened): 10M.*, memory", 24)
    for key, row in rows_like(native, "GIL: 2 CPU", ".*"):
        check(19, native, key, row.value, 1.05, "x ", "one's", 1.0)
    (key, two), (_, one) = row_of(native, "13 queens", "ours, traced, 2 workers"), row_of(native, "13 queens", "ours, traced, 1 worker")
    if one and two:
        check(19, native, key, one.value / two.value, 1.9, "x ", "one worker")
    return checks


def verdict(reached):
    return f"<b class={'reached' if reached else 'missed'}>{'reached' if reached else 'missed'}</b>"


def goals_table(checks, goals):
    rows = []
    for goal, asked in goals.items():
        of = [c for c in checks if c.goal == goal]
        total = verdict(all(c.reached for c in of)) if of else NO_BENCH.get(goal, "not in this run")
        if of and any(c.reached for c in of) and not all(c.reached for c in of):
            total = f"<b class=missed>{sum(c.reached for c in of)} of {len(of)}</b>"
        lines = "".join(f"<div>{html.escape(c.what)}, {html.escape(c.who)}, {NAMES[c.place]}: {html.escape(c.says, quote=False)}, {verdict(c.reached)}</div>" for c in of)
        rows.append(f"<tr class=first><th>{goal}<td>{html.escape(asked)}{f'<details><summary>{len(of)} figures</summary>{lines}</details>' if len(of) > 6 else lines}<td>{total}")
    return "\n".join(rows)


def cell(row, native, checks):
    if not row:
        return "<td>-"
    text = f"<td>{words(row.value, row.unit)}"
    if row.multiple:
        text += f" <small>{row.multiple:.2f}x serial</small>"
    if native and native is not row and native.value > 0:
        text += f" <small>{row.value / native.value:.2f}x native</small>"
    goals = {}
    for c in checks:
        goals[c.goal] = goals.get(c.goal, True) and c.reached
    return text + "".join(f" <small>{goal if goal in PROMISES else f'goal {goal}'} {verdict(reached)}</small>" for goal, reached in goals.items())


def elsewhere(what):
    for begins in SERIAL:
        if what.startswith(begins) and " of " not in what:
            two = peers(begins, 2)
            for name, one in peers(begins, 1).items():
                yield f"{name}, 1 and 2 workers", f"{number(one)}x and {number(two[name])}x", "serial"
    for begins, who, value, unit in ELSEWHERE:
        if re.match(begins, what):
            yield who, value, unit


def machine():
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def main():
    results, page = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    measured, published, subjects = {}, {}, {}
    for place in PLACES:
        measured[place], theirs = read(results / f"{place}.txt")
        for what, who in theirs.items():
            published.setdefault(what, {}).update(who)
        for what, who in measured[place]:
            subjects.setdefault(what, {})[who] = None
    checks = checks_of(measured)
    rows = []
    for what, all_who in subjects.items():
        first = True
        for who in all_who:
            of = {place: measured[place].get((what, who)) for place in PLACES}
            rows.append(f"<tr{' class=first' if first else ''}><th>{html.escape(what) if first else ''}<td>{html.escape(who)}"
                        + "".join(cell(of[place], of["native"], [c for c in checks if (c.place, c.what, c.who) == (place, what, who)]) for place in PLACES))
            first = False
        for who, (value, unit, source) in published.get(what, {}).items():
            rows.append(f"<tr class=elsewhere><th><td>{html.escape(who)}<td colspan=3>{words(value, unit)}, published <small>{html.escape(source)}</small>")
        for who, value, unit in elsewhere(what):
            rows.append(f"<tr class=elsewhere><th><td>{html.escape(who)}<td colspan=3>{words(value, unit)}, measured elsewhere")
    page.write_text(f"""<!doctype html>
<html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width"><title>Interleave: what it costs</title>
<style>
  body {{ font: 15px/1.5 Inter, system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; color: #12171E; background: #F3F4F6 }}
  table {{ border-collapse: collapse; width: 100%; background: #fff; font-variant-numeric: tabular-nums; margin-bottom: 2rem }}
  th, td {{ text-align: left; padding: 4px 12px; vertical-align: top }} .costs td + td {{ text-align: right; white-space: nowrap }}
  .goals td + td {{ white-space: nowrap }} .goals div {{ color: #4A5563; font-size: 13px }} summary {{ color: #4A5563; font-size: 13px; cursor: pointer }}
  thead th {{ border-bottom: 2px solid #12171E }} .costs thead th:nth-child(n+3) {{ text-align: right }}
  tr.first > * {{ border-top: 1px solid #C3CBD5 }} small, .elsewhere td {{ color: #5B6673 }} th {{ font-weight: 600 }}
  .reached {{ color: #17633A }} .missed {{ color: #A3261B }}
</style>
<h1>What it costs</h1>
<p>{time.strftime('%Y-%m-%d')}, {html.escape(machine())}. Ours with tracing on unless it says otherwise, through the same calls as every run.
Medians of interleaved rounds; within one row and one column block ratios can be trusted, times on a busy machine cannot.
Lines in grey were measured elsewhere (PERFORMANCE.md), or are published by others, of programs that are not run here.</p>
<h2>The goals</h2>
<p>Each is held against this run's own figures. A peer that is not run here is taken as the multiple of the serial function that was measured beside it.</p>
<table class=goals><thead><tr><th>Goal<th>What is asked, and what came out<th>This run</thead>
{goals_table(checks, GOALS)}
</table>
<h2>The promises that are times</h2>
<p>RELIABILITY.md's, by the clock: what other programs do to the machine is in them.</p>
<table class=goals><thead><tr><th>Promise<th>What is asked, and what came out<th>This run</thead>
{goals_table(checks, PROMISES)}
</table>
<h2>The figures</h2>
<table class=costs><thead><tr><th>What<th>Who{''.join(f'<th>{NAMES[place]}' for place in PLACES)}</thead>
{chr(10).join(rows)}
</table>
""")
    print(page)


main()
