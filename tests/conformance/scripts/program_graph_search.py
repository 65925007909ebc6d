"""Shortest paths, breadth and depth first, topological order."""
from interleave import *

GRAPH = {"A": {"B": 4, "C": 2}, "B": {"D": 5}, "C": {"B": 1, "D": 8, "E": 10}, "D": {"E": 2}, "E": {}}


def dijkstra(start):
    far, via, todo = {start: 0}, {}, {start}
    while todo:
        here = min(todo, key=lambda n: (far[n], n))
        todo.remove(here)
        for there, d in GRAPH[here].items():
            if (new := far[here] + d) < far.get(there, float("inf")):
                far[there], via[there] = new, here
                todo.add(there)
    return far, via


def path(via, to):
    out = [to]
    while out[-1] in via:
        out.append(via[out[-1]])
    return out[::-1]


def bfs(start):
    seen, queue = [start], [start]
    while queue:
        for n in sorted(GRAPH[queue.pop(0)]):
            if n not in seen:
                seen.append(n)
                queue.append(n)
    return seen


def dfs(node, seen=None):
    seen = set() if seen is None else seen
    if node in seen:
        return
    seen.add(node)
    yield node
    for n in GRAPH[node]:
        yield from dfs(n, seen)


def topological(graph):
    order, done = [], set()

    def visit(n):
        if n in done:
            return
        done.add(n)
        for m in graph[n]:
            visit(m)
        order.append(n)
    for n in graph:
        visit(n)
    return order[::-1]


async def main():
    far, via = dijkstra("A")
    print(far, path(via, "E"), bfs("A"), list(dfs("A")), topological(GRAPH))
    grid = ["..#.", ".#..", "....", "#..."]
    h, w = len(grid), len(grid[0])
    wave, steps = {(0, 0)}, 0
    seen = set(wave)
    while wave and (h - 1, w - 1) not in wave:
        wave = {(y + dy, x + dx) for y, x in wave for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0))
                if 0 <= y + dy < h and 0 <= x + dx < w and grid[y + dy][x + dx] == "."} - seen
        seen |= wave
        steps += 1
    print(steps, len(seen))


run(main)
