"""The other process has memory of its own: what it changes there, it changes there."""
# on: serial loop threads gil stealing processes
# clock: real
from interleave import *

seen = []
counter = 0


def note(word):
    global counter
    counter += 1
    seen.append(word)
    return counter >= 1, seen[-1]


def extend(words):
    words.append("there")
    return words


async def main():
    print(await to_process(note, "one"))
    print(counter, seen)
    words = ["here"]
    print(await to_process(extend, words), words)


run(main)
