"""Deadlock: two locks, taken in two orders.

For the teacher. One task takes lock A and then B, the other B and then A. Each gets its first lock, and then both wait for what the other
has, for ever. Nothing is busy, nothing is wrong in any line, and nothing goes on. Of the 6 orders in which their steps can be mixed 2 end
like that, and the other 4 go well, which is why it is found on a Friday. The run ends, since nobody can ever go on, and says who waits for
whom: a cycle. Set "ordered" to 1: both take A first, and no order of steps can end in a deadlock.

For the developer. The await between the two locks makes the bad order certain wherever tasks overlap; serial never does. A task that cannot go on
is no choice, so there are 6 orders and not 70.
"""
from interleave import *

lesson(id="Q4", name="deadlock", title="Deadlock",
       claim="Two locks taken in two orders can stop everybody; taken in one order they cannot.",
       source="stackoverflow.com/questions/5201852",
       question="One task takes A, then B; the other takes B, then A. When does that go wrong?",
       scene="locks", on=["threads", "serial", "gil", "loop"], workers=2, cores=2)

between = param(20 * ms, min=1 * ms, max=1 * s, log=True)
ordered = param(0, min=0, max=1)


def endings(held, left):
    """In how many orders the rest can go, and how many of them end with both waiting. A step takes a lock or gives one back."""
    orders, deadlocks = 0, 0
    for who in range(2):
        if left[who] and not (left[who][0].startswith("take") and left[who][0][-1] in held):
            lock = left[who][0][-1]
            now_held = [other for other in held if other != lock] + ([lock] if left[who][0].startswith("take") else [])
            now_left = [left[0][1:], left[1]] if who == 0 else [left[0], left[1][1:]]
            more = endings(now_held, now_left)
            orders += more[0]
            deadlocks += more[1]
    if orders:
        return (orders, deadlocks)
    return (1, 1 if left[0] or left[1] else 0)


def steps(first, second):
    return [f"take {first}", f"take {second}", f"give {second}", f"give {first}"]


orders, deadlocks = endings([], [steps("A", "B"), steps("A", "B") if ordered else steps("B", "A")])
first_line = f"{deadlocks} of {orders} orders end in a deadlock"
if ordered:
    expect("output", value=[first_line, "both are done"])
else:
    expect("error", on=["threads", "gil", "loop"], value="deadlock")
    expect("output", on=["threads", "gil", "loop"], value=first_line)
    expect("output", on="serial", value=[first_line, "both are done"])


async def work(first, second):
    async with first:
        await io(between)                # the other one takes its first lock
        async with second:
            await io(between)


async def main():
    print(first_line)
    a, b = Lock(), Lock()
    if ordered:
        await gather(work(a, b), work(a, b))
    else:
        await gather(work(a, b), work(b, a))
    print("both are done")


run(main)
