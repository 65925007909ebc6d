"""The value of return travels in StopIteration."""
from interleave import *


def worker(n):
    for i in range(n):
        yield i
    return f"{n} done"


def run_to_end(g):
    seen = []
    while True:
        try:
            seen.append(next(g))
        except StopIteration as stop:
            return seen, stop.value


def main():
    print(run_to_end(worker(3)), run_to_end(worker(0)), run_to_end(x for x in "ab"))


run(main)
