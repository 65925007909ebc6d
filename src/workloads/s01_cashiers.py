"""Cashiers: two lines of customers in front of one till.

For the teacher. The picture "two lines, one cashier" (concurrency) and "two lines, two cashiers" (parallelism) shows
no gain as it is usually drawn: a cashier who takes turns needs as long as one who does not. It pays only when an order
has a wait. So here an order is 0.2 s at the till and 0.8 s in the kitchen, and a slider moves the border. To be seen:
with one cashier never two green bars at one instant; at 0 % kitchen the event loop needs as long as serial (8.0 s), at
80 % it needs 2.4 s. With two cashiers (S2) two bars run at one instant: 4.0 s when each cashier waits for the kitchen,
1.6 s when neither does.

For the developer. Each order is one task, so that a till that is free takes the next customer of either line. The till
is compute(): it needs a core. The kitchen is io(): it needs none. With w workers on p cores the first w orders reach the
till together and are served p at a time; after that the workers stay out of step and each round takes a whole order.
"""
from interleave import *

lesson(id="S1", name="cashiers", title="Two lines, one cashier",
       claim="Taking turns does not make a cashier faster. It pays only while an order waits for the kitchen.",
       source="SEED.md, concurrency and parallelism",
       question="{lines} lines of {orders} customers. Each order takes {till} at the till, then {kitchen} in the kitchen. How soon can one cashier serve all?",
       scene="cashiers", on=["serial", "threads", "gil", "processes", "loop", "stealing"], workers=1, cores=1)
preset("S2", title="Two lines, two cashiers", on="threads", answer="threads", workers=2, cores=2,
       claim="Two cashiers work at the same instant. That is parallelism, and it needs two cores.",
       question="The same {count} orders, now with two cashiers who each wait for the kitchen. How much sooner are they done?")

lines = param(2, min=1, max=8)
orders = param(4, min=1, max=25)
order = param(1 * s, min=100 * ms, max=5 * s)
kitchen_share = param(80, min=0, max=90)

kitchen = order * kitchen_share / 100
till = order - kitchen
count = lines * orders


def rounds(n, at_once):
    return (n + at_once - 1) // at_once


def blocking(w, p):
    """Each of w workers stays with its order; p of them at once at a till."""
    w = min(w, count)
    full = count // w
    rest = count - full * w
    last_full = full * order + (rounds(w, p) - 1) * till
    last_rest = (full + 1) * order + (rounds(rest, p) - 1) * till if rest else 0 * ms
    return max(last_full, last_rest, rounds(count, p) * till + kitchen)


expect("makespan", on="serial", value=count * order)
expect("makespan", on="loop", value=count * till + kitchen)
expect("makespan", on=["threads", "processes"], value=blocking(workers(), min(workers(), cores())))
expect("makespan", on="gil", value=blocking(workers(), 1))
expect("makespan", on="stealing", value=rounds(count, min(workers(), cores())) * till + kitchen)


async def serve(line, number):
    compute(till)            # at the till: needs a cashier
    await io(kitchen)        # in the kitchen: the cashier is free


async def main():
    await gather(*[serve(line, number) for number in range(orders) for line in range(lines)])
    print(f"{count} orders served")


run(main)
