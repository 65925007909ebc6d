"""Graph, as a pupil would write it."""
# on: serial loop threads stealing processes
from interleave import *

GRAPH = {"A": {"B": 4, "C": 2}, "B": {"D": 5}, "C": {"B": 1, "D": 8, "E": 10}, "D": {"E": 2}, "E": {}, "F": {}}


def bfs(start):
    seen, queue, order = {start}, [start], []
    while queue:
        node = queue.pop(0)
        order.append(node)
        for n in sorted(GRAPH[node]):
            if n not in seen:
                seen.add(n)
                queue.append(n)
    return order


def dijkstra(start):
    far = {n: float("inf") for n in GRAPH}
    far[start], before, todo = 0, {}, list(GRAPH)
    while todo:
        node = min(todo, key=far.get)
        todo.remove(node)
        for n, w in GRAPH[node].items():
            if far[node] + w < far[n]:
                far[n], before[n] = far[node] + w, node
    return far, before


def path(before, to):
    return (path(before, before[to]) if to in before else []) + [to]


def paths(a, b, seen=()):
    if a == b:
        yield [b]
        return
    for n in GRAPH[a]:
        if n not in seen:
            for rest in paths(n, b, seen + (a,)):
                yield [a, *rest]


def topological():
    out, state = [], {}
    def visit(n):
        if state.get(n) == "open":
            raise ValueError("cycle")
        if n not in state:
            state[n] = "open"
            for m in sorted(GRAPH[n]):
                visit(m)
            state[n] = "done"
            out.append(n)
    for n in sorted(GRAPH):
        visit(n)
    return out[::-1]


async def main():
    print(bfs("A"), topological())
    far, before = dijkstra("A")
    print(far, "->".join(path(before, "E")))
    for p in sorted(paths("A", "E"), key=len):
        print(len(p), *p)
    GRAPH["E"]["A"] = 1
    try:
        topological()
    except ValueError as e:
        print("ValueError:", e)
    print({n: sum(n in out for out in GRAPH.values()) for n in GRAPH})


run(main)
