"""The course's pipeline: sources, filters, sinks, all lazy."""
from interleave import *


def source(lines):
    for line in lines:
        print("read", line)
        yield line


def grep(pattern, lines):
    for line in lines:
        if pattern in line:
            yield line


def upper(lines):
    return (line.upper() for line in lines)


def main():
    lines = ["a python", "a cat", "pythons", "dog"]
    pipe = upper(grep("python", source(lines)))
    print("nothing has run yet")
    for line in pipe:
        print("=>", line)


run(main)
