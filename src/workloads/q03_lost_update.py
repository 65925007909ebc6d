"""The lost update: two tasks add 1, and the counter says 1.

For the teacher. `counter += 1` is not one thing. It is read, add, write, and between the reading and the writing another task can do the same.
Both read 0, both write 1: one update is lost, and no error is raised. How likely is that? Count the orders in which two times two steps
can be mixed: 6, and 4 of them lose an update. With three steps each 18 of 20. The bug that "never happens" is in most of the
orders; it takes only the right moment. The script counts them all, and then runs one. Set "fixed" to 1: a lock keeps the two steps together,
and the counter says 2.

For the developer. Here the await between load and store makes the bad order certain. An interactive form, in which you choose each step, is to
come.
"""
from interleave import *

lesson(id="Q3", name="lost_update", title="The lost update",
       claim="An update that is read and then written can be lost, in most of the possible orders, and nothing says so.",
       source="stackoverflow.com/questions/5201852",
       question="Two tasks add 1 to a counter. In how many of the possible orders is the result not 2?",
       answer="first", on=["threads", "serial", "gil", "loop"], workers=2, cores=2)

between = param(20 * ms, min=1 * ms, max=1 * s, log=True)
fixed = param(0, min=0, max=1)


def orders(a, b):
    """All ways to mix a steps of one task with b of another, as texts of A and B."""
    if a == 0 or b == 0:
        return ["A" * a + "B" * b]
    return ["A" + rest for rest in orders(a - 1, b)] + ["B" + rest for rest in orders(a, b - 1)]


def result(order, steps):
    """Load first, store last; what is between changes nothing that is shared."""
    cell = 0
    loaded = {"A": 0, "B": 0}
    done = {"A": 0, "B": 0}
    for who in order:
        if done[who] == 0:
            loaded[who] = cell
        if done[who] == steps - 1:
            cell = loaded[who] + 1
        done[who] += 1
    return cell


def count(steps):
    ways = orders(steps, steps)
    return f"{len([order for order in ways if result(order, steps) < 2])} of {len(ways)} orders lose an update"


final = 2 if fixed else 1
lines = [f"load, store: {count(2)}", f"load, add, store: {count(3)}"]
expect("output", value=lines + [f"the counter says {final}"])
expect("output", on="serial", value=lines + ["the counter says 2"])


async def add(cell, lock):
    if fixed:
        async with lock:
            value = cell.load()
            await io(between)
            cell.store(value + 1)
    else:
        value = cell.load()
        await io(between)                # the other one reads the same
        cell.store(value + 1)


async def main():
    for line in lines:
        print(line)
    cell, lock = shared(0), Lock()
    await gather(add(cell, lock), add(cell, lock))
    print(f"the counter says {cell.load()}")


run(main)
