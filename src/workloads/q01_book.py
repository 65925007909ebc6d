"""What a thread is: one book, two readers, and a bookmark each.

For the teacher. One answer calls a thread "an execution context", all that a CPU needs to go on. Think of a book that two people read in
turns, at one desk. When you take over you do not need another book, and no second desk. You need to know where you were: the
page, the line, and what you had in mind. That bookmark is the context; a switch of threads swaps bookmarks, and nothing else moves. To be
seen: the lines of A and B alternate, each goes on where it was, and there is one book. In the panel of variables: the program
counter is the lit line, the stack the calls above it.

For the developer. A reader gives the desk up after every line with a wait of no length, on the loop; on serial it reads to the end.
"""
from interleave import *

lesson(id="Q1", name="book", title="One book, two readers",
       claim="A thread is a place in a program and what it has in mind. A switch swaps that, and nothing else.",
       source="stackoverflow.com/questions/5201852",
       question="{readers} readers share one book of {lines} lines and one desk. Who reads when, and what changes when another sits down?",
       scene="book", answer="order", on=["serial", "loop"], workers=1, cores=1)

readers = param(2, min=1, max=8)
lines = param(4, min=1, max=50)

book = [f"line {n + 1} of the book" for n in range(lines)]
names = ["A", "B", "C", "D", "E", "F", "G", "H"][:readers]
expect("output", on="serial", value=[f"{name}: at line {n + 1}, has read {n + 1}" for name in names for n in range(lines)] + ["one book, unchanged"])
expect("output", on="loop", value=[f"{name}: at line {n + 1}, has read {n + 1}" for n in range(lines) for name in names] + ["one book, unchanged"])


async def reader(name):
    in_mind = []                         # its own: no other reader sees it
    for n in range(lines):               # its own place in the book
        in_mind.append(book[n])
        print(f"{name}: at line {n + 1}, has read {len(in_mind)}")
        await io(0 * ms)                 # the bookmark goes in, and another one comes out


async def main():
    await gather(*[reader(name) for name in names])
    print("one book, unchanged" if len(book) == lines else "who tore out a page?")


run(main)
