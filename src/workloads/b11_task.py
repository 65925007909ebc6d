"""Coroutines are tasks: what makes something a task, and what of it a coroutine has.

For the teacher. Four things make a task: a control flow of its own, a state of its own, that one can tell it something, and that it can be
stopped and gone on with. A coroutine has all four, and no operating system gave them. The script points at each: two
coroutines of one function stand at different lines; each has its own total; each takes what is sent; each lies still for as long
as nobody sends. From here it is a short way to a scheduler (B13): somebody who decides which of them goes on.

For the developer. Two accounts, fed in turns. Nothing runs between the sends, however long you wait.
"""
from interleave import *

lesson(id="B11", name="task", title="A coroutine is a task",
       claim="A coroutine has a control flow, a state, an entrance and a pause of its own: all that makes a task.",
       source="Beazley, part 5",
       question="Two coroutines of one function, and {pause} in which nobody sends. What do they still know?",
       answer="output", on=["serial", "loop"], workers=1, cores=1)

pause = param(50 * ms, min=0 * ms, max=1 * s)
coins = param(3, min=2, max=20)

totals = [sum([coin + 1 for coin in range(coins)]), sum([10 * (coin + 1) for coin in range(coins)])]
expect("makespan", value=pause)
expect("output", value=["control flow: one waits for its first coin, the other for its second",
                        "state: red has 0, blue has 10",
                        "entrance: what is sent to red does not reach blue",
                        "pause: nobody sends, nothing runs",
                        f"afterwards: red has {totals[0]}, blue has {totals[1]}"])


def account(name):
    total = 0
    while True:
        coin = yield (name, total)       # stands here until somebody sends
        total += coin


async def story():
    red, blue = account("red"), account("blue")
    at_red, at_blue = next(red), next(blue)
    at_blue = blue.send(10)
    print("control flow: one waits for its first coin, the other for its second")
    print(f"state: {at_red[0]} has {at_red[1]}, {at_blue[0]} has {at_blue[1]}")
    for coin in range(coins):
        at_red = red.send(coin + 1)
        if coin > 0:
            at_blue = blue.send(10 * (coin + 1))
        if coin == 0:
            print("entrance: what is sent to red does not reach blue")
            print("pause: nobody sends, nothing runs")
            await io(pause)
    print(f"afterwards: {at_red[0]} has {at_red[1]}, {at_blue[0]} has {at_blue[1]}")


async def main():
    await gather(story())


run(main)
