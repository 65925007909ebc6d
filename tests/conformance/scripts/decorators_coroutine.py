"""The course's decorator: a generator that is primed at once."""
from interleave import *


def coroutine(func):
    def start(*args, **kwargs):
        cr = func(*args, **kwargs)
        next(cr)
        return cr
    return start


@coroutine
def grep(pattern):
    print("Looking for", pattern)
    while True:
        line = yield
        if pattern in line:
            print(line)


def main():
    g = grep("python")
    g.send("Yeah, but no")
    g.send("python generators rock!")
    g.close()


run(main)
