"""Word counts in tasks, merged, with a table."""
# on: serial loop threads stealing processes
from interleave import *

TEXTS = [
    "The quick brown fox jumps over the lazy dog. The dog barks; the fox runs.",
    "A dog is a dog, and a fox is a fox: so said the fox.",
    "Quick, quick! said the dog... but the fox was gone.",
]


def words(text):
    word = ""
    for c in text.lower() + " ":
        if c.isalpha():
            word += c
        elif word:
            yield word
            word = ""


async def count(text):
    compute(1 * ms)
    counts = {}
    for word in words(text):
        counts[word] = counts.get(word, 0) + 1
    return counts


def merge(parts):
    total = {}
    for part in parts:
        for word, n in part.items():
            total.setdefault(word, []).append(n)
    return {word: sum(ns) for word, ns in total.items()}


async def main():
    total = merge(await gather(*[count(t) for t in TEXTS]))
    top = sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))[:6]
    width = max(len(w) for w, _ in top)
    print(f"{'word':<{width}} | {'n':>3} | share")
    print("-" * width + "-+-----+------")
    everything = sum(total.values())
    for word, n in top:
        print(f"{word:<{width}} | {n:>3} | {n / everything:6.1%}")
    print("total".rjust(width), everything, len(total))
    by_length = {}
    for w in total:
        by_length.setdefault(len(w), set()).add(w)
    print({k: sorted(v) for k, v in sorted(by_length.items()) if k > 3})
    print(sorted(set("".join(total))) == sorted({c for w in total for c in w}))


run(main)
