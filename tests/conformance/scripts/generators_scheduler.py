"""Round robin over generators: multitasking without any executor."""
from interleave import *


def task(name, n):
    for i in range(n):
        print(name, i)
        yield
    print(name, "done")


def main():
    ready = [task("A", 3), task("B", 1), task("C", 2)]
    while ready:
        t = ready.pop(0)
        try:
            next(t)
            ready.append(t)
        except StopIteration:
            pass


run(main)
