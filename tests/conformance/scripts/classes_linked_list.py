"""A linked list, a stack and a queue as classes."""
from interleave import *


class Node:
    def __init__(self, value, after=None):
        self.value, self.after = value, after


class LinkedList:
    def __init__(self):
        self.head, self.size = None, 0

    def push(self, value):
        self.head = Node(value, self.head)
        self.size += 1

    def pop(self):
        if self.head is None:
            raise IndexError("empty")
        value, self.head = self.head.value, self.head.after
        self.size -= 1
        return value

    def reverse(self):
        before, at = None, self.head
        while at:
            at.after, before, at = before, at, at.after
        self.head = before

    def items(self):
        at = self.head
        while at is not None:
            yield at.value
            at = at.after


def main():
    numbers = LinkedList()
    for n in range(5):
        numbers.push(n * n)
    print(list(numbers.items()), numbers.size)
    numbers.reverse()
    print(list(numbers.items()), numbers.pop(), numbers.pop(), numbers.size)
    try:
        while True:
            numbers.pop()
    except IndexError as e:
        print(e)


run(main)
