"""Lists of nodes, a stack, a ring."""
from interleave import *


class Node:
    def __init__(self, value, next=None):
        self.value = value
        self.next = next


class LinkedList:
    def __init__(self, items=()):
        self.head = self.tail = None
        self.size = 0
        for item in items:
            self.append(item)

    def append(self, value):
        node = Node(value)
        if self.tail is None:
            self.head = self.tail = node
        else:
            self.tail.next = node
            self.tail = node
        self.size += 1
        return self

    def __iter__(self):
        node = self.head
        while node is not None:
            yield node.value
            node = node.next

    def __len__(self): return self.size
    def __repr__(self): return "->".join(map(repr, self)) or "empty"

    def reverse(self):
        previous, node = None, self.head
        self.tail = self.head
        while node:
            node.next, previous, node = previous, node, node.next
        self.head = previous


class Stack:
    def __init__(self): self._items = []
    def push(self, x): self._items.append(x)
    def pop(self):
        if not self._items:
            raise IndexError("pop from an empty stack")
        return self._items.pop()
    def __len__(self): return len(self._items)
    def __bool__(self): return bool(self._items)


def rpn(text):
    stack = Stack()
    ops = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b}
    for word in text.split():
        if word in ops:
            b, a = stack.pop(), stack.pop()
            stack.push(ops[word](a, b))
        else:
            stack.push(float(word) if "." in word else int(word))
    return stack.pop()


async def main():
    l = LinkedList([1, 2, 3]).append(4)
    print(l, len(l), 3 in l, list(l), LinkedList())
    l.reverse()
    print(l, l.head.value, l.tail.value, l.head.next.next.value)
    print(rpn("3 4 + 2 * 7 -"), rpn("1.5 2 *"), bool(Stack()))
    try:
        rpn("+")
    except IndexError as e:
        print(e)
    a, b = Node("a"), Node("b")
    a.next, b.next = b, a
    print(a.next.next is a, a.next.next.next.value)


run(main)
