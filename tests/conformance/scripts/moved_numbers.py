"""numbers(..., moved=True) is a list that goes with a task to another process: there it is, and here no more."""
# on: serial loop threads gil stealing processes
# clock: real
# order: free, since to_process() takes as long as it takes
from interleave import *


def total(values):
    return sum(values)


def ends(values, again):
    return values[0], values[-1], len(values), values[2:5], len(again)


async def add(values):
    return total(values)


async def hand_on(values):
    inner = await gather(add(values), add(values))      # one process, one memory: nothing moves
    return inner, values[1:4], 5 in values


async def give(n):
    return numbers(0, n, moved=True)                    # what comes home is copied


def says(what, values):
    try:
        print(what, "gives", {"len": lambda: len(values), "sum": lambda: sum(values), "index": lambda: values[0], "slice": lambda: values[1:2],
                              "in": lambda: 3 in values, "for": lambda: [n for n in values], "list": lambda: list(values),
                              "equal": lambda: values == [1], "sorted": lambda: sorted(values), "star": lambda: [*values]}[what]())
    except RuntimeError as e:
        print(what, "fails:", e)


async def main():
    part = numbers(100, 200, moved=True)
    print(len(part), part[0], part[-1], sum(part), 150 in part, 200 in part, bool(part))
    print(part[10:13], [n for n in part if n % 33 == 0], list(part) == list(range(100, 200)), numbers(5, 8, moved=True), numbers(5, 8, moved=False))
    print(await add(part), len(part))                   # a call that is no task has it here
    print(await gather(add(numbers(0, 500, moved=True)), add(numbers(500, 1000, moved=True)), hand_on(numbers(0, 10, moved=True))))
    print(await gather(give(3), give(0)))
    print(await to_process(ends, part, part))
    for what in ("len", "sum", "index", "slice", "in", "for", "list", "equal", "sorted", "star"):
        says(what, part)
    print(part, bool(part), not part)
    try:
        await to_process(total, part)
    except TypeError as e:
        print("again:", e)
    both = numbers(0, 10, moved=True)
    try:
        await to_process(ends, both, lambda: 0)
    except TypeError:
        print("what cannot be sent takes nothing along:", len(both))
    queue = Queue()
    await queue.put(numbers(3, 6, moved=True))
    print(await queue.get())
    print(len(numbers(3, 3, moved=True)), await to_process(len, numbers(3, 3, moved=True)))
    try:
        numbers(0, 1, shared=True, moved=True)
    except ValueError as e:
        print(e)


run(main)
