"""The sum of a list: one long list, added up in chunks by several workers.

For the teacher. "Sum a huge list in 8 chunks on 8 cores: 8 times as fast" is the best case told as the rule. Three
things decide. How the chunks fall on the cores: 8 equal chunks are 8 times as fast on 8 cores, 4 times on 4, but only 4
times on 6, because two rounds are needed. Whether the list must travel: set "ship" to "copied" and every chunk is copied to its
worker, which for a light sum can cost more than the sum; to "transferred", and a chunk is written once, where its worker
reads it, who has it from then on and main no more; to "shared", and the chunks stay where they are, in memory that
all processes share. Whether main keeps a part for itself: "alone" says how many per cent nobody shares, and with 5 % eight
cores give 5.9 times, not 8 (Amdahl). And whether Python lets two threads add at once: under the GIL
they take turns. To be seen: the speed-up beside the number of rounds, and the copies as spans of their own.

For the developer. The list is real, and so are the sums: the total is checked against n (n - 1) / 2 at the end. With
"range only" a task gets two numbers and reads the list that its process owns. With "copied" the chunk itself is the
argument, 8 bytes for each number. With "shared" it is the argument, too, but what is sent is where it lies: one list in memory that
processes share, made before the clock starts and not to be changed (in a page processes share none, and it says so). With
"transferred" main writes the chunk into a piece of memory that goes to its worker with the task: what is sent is its name, and
the bytes count as copied once, when they go (in a page, where processes have no memory in common, they are copied as with "copied", and
main has them no more just the same). "rounds" repeats the addition to make the work heavier against the copy. How long one
addition takes is the machine's own affair, so the lesson expects a speed-up, not a time.
"""
from interleave import *

lesson(id="S3", name="sum", title="The sum of a list",
       claim="Eight chunks are eight times as fast only on eight cores, and only if the list need not travel.",
       source="SEED.md, multiprocessing",
       question="{elements} numbers in {chunks} chunks. How many times faster do several workers add them up?",
       scene="list", answer="speedup", on=["serial", "threads", "gil", "processes", "loop", "stealing"], workers=4, cores=4)

elements = param(4_000_000, min=1_000, max=8_000_000, log=True)
chunks = param(8, min=1, max=64)
rounds = param(50, min=1, max=1_000, log=True)
ship = param(0, choices=["range only", "copied", "shared", "transferred"])
alone = param(0, min=0, max=50)          # per cent of the work that main does by itself, before the rest is shared
prepare_numbers(elements, shared=ship == 2)   # the list is there before the clock starts

at_once = min(workers(), cores())
expect("speedup", on=["serial", "gil", "loop"], value=1)
expect("speedup", on=["threads", "processes", "stealing"], value=1 / (alone / 100 + (1 - alone / 100) * ((chunks + at_once - 1) // at_once) / chunks))


async def add_range(low, high):
    total = 0
    for _ in range(rounds):
        total += sum_range(low, high)    # reads the list that is already here
    return total


async def add_values(values):
    total = 0
    for _ in range(rounds):
        total += sum(values)             # adds what came with the task, or what is shared
    return total


async def main():
    first = elements * alone // 100
    edges = [first + (elements - first) * i // chunks for i in range(chunks + 1)]
    total = await add_range(0, first) if alone else 0
    if ship:
        parts = await gather(*[add_values(numbers(low, high, shared=ship == 2, moved=ship == 3)) for low, high in zip(edges, edges[1:])])
    else:
        parts = await gather(*[add_range(low, high) for low, high in zip(edges, edges[1:])])
    total += sum(parts)
    assert total == elements * (elements - 1) // 2 * rounds, f"the sum is wrong: {total}"
    print(f"{elements:,} numbers, {rounds} times: {total:,}")


run(main)
