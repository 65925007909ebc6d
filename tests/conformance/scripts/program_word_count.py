"""Counting words, as everybody's first program."""
from interleave import *

TEXT = """the quick brown fox jumps over the lazy dog
the dog barks and the fox runs
a quick end"""


def main():
    counts = {}
    for line in TEXT.splitlines():
        for word in line.split():
            counts[word] = counts.get(word, 0) + 1
    top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:5]
    longest = max(len(word) for word, _ in top)
    for word, n in top:
        print(f"{word:<{longest}} {'#' * n} {n}")


run(main)
