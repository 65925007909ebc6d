"""A scheduler of jobs by priority, with a heap written by hand."""
# on: serial loop
from interleave import *


class Heap:
    def __init__(self, items=()):
        self.items = []
        for item in items:
            self.push(item)

    def push(self, item):
        self.items.append(item)
        i = len(self.items) - 1
        while i > 0 and self.items[i] < self.items[(i - 1) // 2]:
            self.items[i], self.items[(i - 1) // 2] = self.items[(i - 1) // 2], self.items[i]
            i = (i - 1) // 2

    def pop(self):
        if not self.items:
            raise IndexError("pop from an empty heap")
        top, last = self.items[0], self.items.pop()
        if self.items:
            self.items[0] = last
            i = 0
            while True:
                small = min((j for j in (i, 2 * i + 1, 2 * i + 2) if j < len(self.items)), key=lambda j: self.items[j])
                if small == i:
                    break
                self.items[i], self.items[small] = self.items[small], self.items[i]
                i = small
        return top

    def __bool__(self):
        return bool(self.items)


async def job(name, long):
    await io(long)
    return name


async def main():
    heap = Heap([(3, "wash"), (1, "cook"), (2, "eat"), (1, "shop"), (9, "sleep")])
    order = []
    while heap:
        priority, name = heap.pop()
        order.append(await job(name, priority * ms))
        if name == "eat":
            heap.push((0, "coffee"))
    print(order)
    try:
        heap.pop()
    except IndexError as e:
        print("IndexError:", e)
    queue = sorted([(2, "b"), (1, "z"), (1, "a")], reverse=True)
    while queue:
        print(*queue.pop(), end="; ")
    print()


run(main)
