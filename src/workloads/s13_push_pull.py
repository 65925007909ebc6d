"""Coroutines consume, generators produce: the same three stages, pulled and pushed.

For the teacher. The tutorial's last line says it: a coroutine is like a generator, but takes data instead of giving it. Here are three
stages, numbers, "only even ones" and a sink, written both ways. Pulled (generators): the sink begins, asks the filter, the
filter asks the source, and a number comes back. Pushed (coroutines): the source begins and sends, the filter sends on,
the sink is woken last. The same numbers come out, in the same order, and in both there is never more than one item on its way.
What turns round is who asks and who is asked: read the lines from the top.

For the developer. "push" 0 pulls, 1 pushes. The sink stops after as many numbers as are wanted; pulled, the source never makes
the next, pushed, it must be told by closing.
"""
from interleave import *

lesson(id="S13", name="push_pull", title="Pull and push",
       claim="Generators are asked and give; coroutines are given and take. The arrows turn round, the items do not.",
       source="SEED.md, coroutines; Beazley, slides 25-36",
       question="Numbers go through a filter into a sink that {verb}. Who starts: the source or the sink?",
       scene="pipeline", answer="output", on=["serial", "loop"], workers=1, cores=1)

items = param(4, min=1, max=50)
push = param(0, min=0, max=1)

verb = "is pushed to" if push else "pulls"


def expected():
    lines = []
    for n in range(items):
        even = n % 2 == 0
        if push:
            lines += [f"source sends {n}"] + ([f"filter sends {n}", f"sink takes {n}"] if even else [])
        else:
            lines += (["sink asks", "filter asks"] if n == 0 or n % 2 == 1 else ["filter asks"]) + [f"source gives {n}"]
            lines += [f"sink takes {n}"] if even else []
    if not push:
        lines += ["filter asks"] if items % 2 == 0 else ["sink asks", "filter asks"]
    return lines + [f"the {'source' if push else 'sink'} starts; {(items + 1) // 2} of {items} numbers arrived"]


# -- pulled: generators -----------------------------------------------------------------------------------------------

def give():
    for n in range(items):
        print(f"source gives {n}")
        yield n


def even_ones(numbers):
    while True:
        print("filter asks")
        n = next(numbers, None)
        if n is None:
            return
        if n % 2 == 0:
            yield n


def pull():
    taken = []
    numbers = even_ones(give())
    while True:
        print("sink asks")
        n = next(numbers, None)
        if n is None:
            return taken
        print(f"sink takes {n}")
        taken.append(n)


# -- pushed: coroutines -----------------------------------------------------------------------------------------------

def coroutine(function):
    def start(*args):
        made = function(*args)
        next(made)
        return made
    return start


@coroutine
def take(taken):
    while True:
        n = yield
        print(f"sink takes {n}")
        taken.append(n)


@coroutine
def only_even(target):
    while True:
        n = yield
        if n % 2 == 0:
            print(f"filter sends {n}")
            target.send(n)


def push_all(target):
    for n in range(items):
        print(f"source sends {n}")
        target.send(n)


expect("output", value=expected())


async def pipeline():
    if push:
        taken = []
        push_all(only_even(take(taken)))
    else:
        taken = pull()
    print(f"the {'source' if push else 'sink'} starts; {len(taken)} of {items} numbers arrived")


async def main():
    await gather(pipeline())


run(main)
