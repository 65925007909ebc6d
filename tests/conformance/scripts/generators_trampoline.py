"""A trampoline runs sub-coroutines on a stack of its own."""
from interleave import *


def add(x, y):
    yield x + y


def twice(x):
    r = yield add(x, x)
    print("twice got", r)
    yield r * 10


def main_task():
    r = yield twice(2)
    print("main got", r)
    yield "end"


def trampoline(task):
    stack, value = [task], None
    while stack:
        result = stack[-1].send(value)
        if hasattr(result, "send"):
            stack.append(result)
            value = None
        else:
            stack.pop()
            value = result
            if not stack:
                return result


def main():
    print(trampoline(main_task()))


run(main)
