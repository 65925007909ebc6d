"""Breakfast: coffee takes 3 s, toast takes 2 s. How long does breakfast take?

For the teacher. Four ways to write the same breakfast, one of them wrong. "way" plain calls: two calls that block, 5 s; that is clear. Gather:
both at once, 3 s, as long as the longer of them; that is what asynchronous means. Two awaits: the same two coroutines, but
`await coffee()` and then `await toast()`: 5 s again, and that surprises nearly everybody. Await does not start something
in the background; it goes on with the coroutine and comes back when that is over. The toast does not exist before the
coffee is done. To be seen: with gather two bars overlap; in the third way one begins where the other ends, although every
line of it says await. Threads do not help either: nobody asked for a second one. Await forgotten: there is none before the coffee.
Nothing fails; there is no coffee, breakfast is "ready" after 2 s, and a warning, here and under CPython, is all that says so.

For the developer. block() stands for a plain call that waits, io() for one that lets others go on. On serial even gather
takes its children one after the other.
"""
from interleave import *

lesson(id="V1", name="breakfast", title="Coffee and toast",
       claim="Await alone starts nothing in the background: two awaits, one after the other, take as long as two plain calls.",
       source="youtube.com/watch?v=GpqAQxH1Afc",
       question="Coffee takes {coffee}, toast takes {toast}, and the code {says}. When is breakfast ready?",
       on=["loop", "serial", "threads", "gil"], workers=3, cores=2)

coffee = param(3 * s, min=10 * ms, max=10 * s, log=True)
toast = param(2 * s, min=10 * ms, max=10 * s, log=True)
way = param(2, choices=["plain calls", "gather", "two awaits", "await forgotten"])
says = ["calls one, then the other", "gathers both", "says: await the coffee, await the toast", "awaits the toast, but only calls the coffee"][way]

one_by_one = toast if way == 3 else coffee + toast
expect("makespan", on="serial", value=one_by_one)
expect("makespan", on=["threads", "gil", "loop"], value=max(coffee, toast) if way == 1 else one_by_one)
made = ["toast", "breakfast"] if way == 3 else ["coffee", "toast", "breakfast"]
expect("output", on="loop", value=["toast", "coffee", "breakfast"] if way == 1 and coffee > toast else made)
expect("output", on="serial", value=made)
expect("lines", on=["threads", "gil"], value=made)


def make(what, duration):
    block(duration)                      # stands in front of the machine
    print(what)


async def make_later(what, duration):
    await io(duration)                   # the machine works alone
    print(what)


async def breakfast():
    if way == 0:
        make("coffee", coffee)
        make("toast", toast)
    elif way == 1:
        await gather(make_later("coffee", coffee), make_later("toast", toast))
    elif way == 2:
        await make_later("coffee", coffee)
        await make_later("toast", toast)
    else:
        make_later("coffee", coffee)     # await is forgotten
        await make_later("toast", toast)
    print("breakfast")


async def main():
    await gather(breakfast())


run(main)
