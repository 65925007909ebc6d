"""A log that is followed: generators in a row, each of which is asked for the next item.

For the teacher. `tail -f log | grep python`, written with generators: the log, follow, grep, and a loop that prints. Nothing
runs because it was set up; it runs because the loop at the end asks. Read the numbered lines: "asked" goes up the pipeline
from the sink to the source, and one line comes back down. Set "wanted" to fewer lines than there are: what stands behind
the last one that was taken is never read, and no stage needs to be told. That is what lazy means, and it is why generators
can stand for a file that never ends.

For the developer. follow() waits for the log to grow, as reading the end of a file does. The wait is a plain block(): a
generator has no await, so on the event loop, too, it holds the thread. Each stage says when it is asked.
"""
from interleave import *

lesson(id="B1", name="tail", title="Generators in a pipeline",
       claim="A pipeline of generators runs backwards: the sink asks, and only what is asked for is ever read.",
       source="Beazley, slides 18-23",
       question="The log has {lines} lines, and the loop wants {wanted} that speak of python. How many lines are read?",
       scene="pipeline", answer="output", on=["serial", "loop"], workers=1, cores=1)

lines = param(8, min=1, max=100)
wanted = param(2, min=1, max=100)
pause = param(20 * ms, min=0 * ms, max=1 * s)

log = [f"{'python' if n % 2 else 'perl'} was here, line {n + 1}" for n in range(lines)]
matching = [n for n in range(lines) if n % 2]
reads = matching[wanted - 1] + 1 if wanted <= len(matching) else lines
expect("makespan", value=reads * pause)
expect("output", value=[text for n in range(reads) for text in [f"follow: asked for line {n + 1}"] + ([f"sink: {log[n]}"] if n % 2 else [])]
       + [f"{reads} of {lines} lines were read"])
read = []


def follow(log):
    for number, line in enumerate(log):
        print(f"follow: asked for line {number + 1}")
        block(pause)                     # waits until the file has grown
        read.append(number)
        yield line


def grep(pattern, lines):
    for line in lines:
        if pattern in line:
            yield line


async def follower():
    taken = 0
    for line in grep("python", follow(log)):
        print(f"sink: {line}")
        taken += 1
        if taken == wanted:
            break
    print(f"{len(read)} of {lines} lines were read")


async def main():
    await gather(follower())


run(main)
