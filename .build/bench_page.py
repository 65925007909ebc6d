#!/usr/bin/env python3
"""bench_page.py RESULTS PAGE -- one table of what the benches printed.

RESULTS: a folder of files native.txt, node.txt, chromium.txt, whose lines are those of tests/bench/rows.h. What others
publish, and what was measured of them elsewhere, stands beside ours with its source; it is never in a column of ours.
"""
import html
import pathlib
import platform
import re
import sys
import time

# Peers that Debian does not package: ../shared/PERFORMANCE.md, sections 1 and 2, on a machine of this kind, 2026-11-23.
# What, who, figure, unit; fork and join as multiples of the serial function of the same run.
ELSEWHERE = [
    ("fib", "libfork 3.8.0, 1 worker", 14.0, "x"), ("fib", "libfork 3.8.0, 2 workers", 7.7, "x"),
    ("fib", "citor 0.4.5 (g++), 1 worker", 13.3, "x"), ("fib", "citor 0.4.5 (g++), 2 workers", 6.0, "x"),
    ("fib", "Lace, 1 worker", 1.9, "x"), ("fib", "Lace, 2 workers", 1.0, "x"),
    ("skynet", "citor 0.4.5 (g++), 1 worker", 8.4, "x"), ("skynet", "citor 0.4.5 (g++), 2 workers", 5.0, "x"),
    ("skynet", "libfork 3.8.0, 2 workers", 6.4, "x"),
    ("empty fork and join", "TooManyCooks, 2 workers", 72, "ns"), ("empty fork and join", "libfork 3.8.0, 2 workers", 427, "ns"),
    ("channel, a hop", "TooManyCooks", 41.7, "ns"), ("channel, a hop", "libcoro", 42.7, "ns"), ("channel, a hop", "Go 1.19", 108, "ns"),
    ("spawn and await", "cppcoro", 13.6, "ns"), ("spawn and await", "TooManyCooks", 14.5, "ns"),
    ("a million sleepers, CPU time of each", "libcoro", 2170, "ns"), ("a million sleepers, CPU time of each", "asio", 3033, "ns"),
    ("a million sleepers, memory of each", "libcoro", 347, "bytes"), ("a million sleepers, memory of each", "asio", 940, "bytes"),
    ("submit and get, stealing, cold", "concurrencpp, 2 workers", 8600, "ns"), ("submit and get, stealing, cold", "TooManyCooks, 2 workers", 23000, "ns"),
]
# What PERFORMANCE.md asks for (section 10): what begins so, the goal's number, and at most how much.
GOALS = [
    ("cull and fold: 10M spans", 15, "1 ms in wasm"), ("cull and fold: 100M spans", 15, "1 ms natively"), ("quads: 10,000 plain, submit", 15, "0.5 ms"),
    ("frame: ", 15, "4 ms, all of it"), ("quads: 10,000 plain, drawn", 16, "33 ms where the processor draws"), ("live trace: 10M spans, 1 lane, a span", 17, "50 ns"),
    ("live trace: 10M spans, 48 lanes, a span", 17, "50 ns"), ("trace opened: 10M spans, 1 lane, a span", 17, "50 ns"), ("trace opened: 10M spans, 48 lanes, a span", 17, "50 ns"),
    ("trace opened: 10M spans, 1 lane, memory", 17, "24 bytes"), ("trace opened: 10M spans, 48 lanes, memory", 17, "24 bytes"), ("event: written, same time", 14, "0.6 ns natively"),
]
PLACES = ["native", "node", "chromium"]
NAMES = {"native": "Native", "node": "Node", "chromium": "Chromium"}


def read(path):
    """{(what, who): (value, unit, multiple of the serial function or None)}, in the order of the lines; and {what: {who: (value, unit, source)}}
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
            rows[cells[0], cells[1]] = float(figure[1]), figure[2], float(multiple) if multiple else None
    return rows, published


def words(value, unit):
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}".replace(",", " ")


def cell(row, native):
    if not row:
        return "<td>-"
    value, unit, multiple = row
    text = f"<td>{words(value, unit)}"
    if multiple:
        text += f" <small>{multiple:.2f}x serial</small>"
    if native and native is not row and native[0] > 0:
        text += f" <small>{value / native[0]:.2f}x native</small>"
    return text


def main():
    results, page = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    measured, published = {}, {}
    for place in PLACES:
        measured[place], theirs = read(results / f"{place}.txt")
        for what, who in theirs.items():
            published.setdefault(what, {}).update(who)
    subjects = {}
    for place in PLACES:
        for what, who in measured[place]:
            subjects.setdefault(what, {})[who] = None
    rows = []
    for what, all_who in subjects.items():
        first = True
        for who in all_who:
            of = [measured[place].get((what, who)) for place in PLACES]
            goal = next((f" <small>goal {n}: {most}</small>" for begins, n, most in GOALS if what.startswith(begins)), "") if first else ""
            rows.append(f"<tr{' class=first' if first else ''}><th>{html.escape(what) if first else ''}{goal}<td>{html.escape(who)}"
                        + "".join(cell(row, of[0]) for row in of))
            first = False
        for who, (value, unit, source) in published.get(what, {}).items():
            rows.append(f"<tr class=elsewhere><th><td>{html.escape(who)}<td colspan=3>{words(value, unit)}, published ({html.escape(source)})")
        for subject, who, value, unit in ELSEWHERE:
            if what == subject or what.startswith((subject + "(", subject + ",")):
                said = f"{value:g}x serial" if unit == "x" else words(value, unit)
                rows.append(f"<tr class=elsewhere><th><td>{html.escape(who)}<td colspan=3>{said}, measured elsewhere")
    cpu = next((line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine()) if pathlib.Path("/proc/cpuinfo").exists() else platform.machine()
    page.write_text(f"""<!doctype html>
<html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width"><title>Interleave: what it costs</title>
<style>
  body {{ font: 15px/1.5 Inter, system-ui, sans-serif; margin: 2rem auto; max-width: 68rem; padding: 0 1rem; color: #12171E; background: #F3F4F6 }}
  table {{ border-collapse: collapse; width: 100%; background: #fff; font-variant-numeric: tabular-nums }}
  th, td {{ text-align: left; padding: 4px 12px; vertical-align: top }} td + td {{ text-align: right; white-space: nowrap }}
  thead th {{ border-bottom: 2px solid #12171E }} thead th:nth-child(n+3) {{ text-align: right }}
  tr.first > * {{ border-top: 1px solid #C3CBD5 }} small, .elsewhere td {{ color: #667180 }} th {{ font-weight: 600 }}
</style>
<h1>What it costs</h1>
<p>{time.strftime('%Y-%m-%d')}, {html.escape(cpu)}. Ours with tracing on unless it says otherwise, through the same calls as every run.
Medians of interleaved rounds; within one row and one column block ratios can be trusted, times on a busy machine cannot.
Lines in grey were measured elsewhere, or are published by others, of programs that are not run here.</p>
<table><thead><tr><th>What<th>Who{''.join(f'<th>{NAMES[place]}' for place in PLACES)}</thead>
{chr(10).join(rows)}
</table>
""")
    print(page)


main()
