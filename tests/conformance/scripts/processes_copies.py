"""An item of a queue is a copy: what happens to the original later is seen by nobody."""
# on: processes
from interleave import *

q, back = Queue(), Queue()


class Box:
    def __init__(self, things):
        self.things = things


async def reader():
    box = await q.get()
    box.things.append("added elsewhere")
    await back.put(box)
    box.things.append("too late")
    return len(box.things)


async def main():
    box = Box(["a"])
    await q.put(box)
    box.things.append("after put")
    print(await spawn(reader()))
    copy = await back.get()
    print(box.things, copy.things, copy is box)
    await q.put(box)
    again = await q.get()
    print(again is box, again.things)
    try:
        await q.put(x for x in [1])
    except TypeError:
        print("no generators")


run(main)
