"""Stack queue, as a pupil would write it."""
# on: serial loop threads stealing processes
from interleave import *


class Stack:
    def __init__(self, items=None):
        self._items = list(items or [])
    def push(self, x):
        self._items.append(x)
        return self
    def pop(self):
        if not self:
            raise IndexError("empty stack")
        return self._items.pop()
    def __bool__(self): return len(self._items) > 0
    def __len__(self): return len(self._items)
    def __iter__(self):
        while self:
            yield self.pop()


def balanced(text):
    pairs = {")": "(", "]": "[", "}": "{"}
    stack = Stack()
    for i, c in enumerate(text):
        if c in pairs.values():
            stack.push((c, i))
        elif c in pairs:
            if not stack or stack.pop()[0] != pairs[c]:
                return False, i
    return not stack, len(text)


async def main():
    for t in ("(a[b]{c})", "(]", "((", "", "a)"):
        print(repr(t), *balanced(t))
    s = Stack([1]).push(2).push(3)
    print(len(s), list(s), len(s), bool(s))
    try:
        s.pop()
    except IndexError as e:
        print(type(e).__name__, e.args)


run(main)
