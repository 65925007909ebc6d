"""An LRU cache: with a dict's order, and with a linked list."""
# on: serial loop threads stealing processes
from interleave import *


class LRU:
    def __init__(self, size):
        self.size, self.items, self.hits, self.misses = size, {}, 0, 0

    def __call__(self, function):
        def cached(*args):
            if args in self.items:
                self.hits += 1
                value = self.items.pop(args)
            else:
                self.misses += 1
                value = function(*args)
                if len(self.items) >= self.size:
                    del self.items[next(iter(self.items))]
            self.items[args] = value
            return value
        return cached

    def __len__(self):
        return len(self.items)

    def __contains__(self, key):
        return key in self.items

    def __str__(self):
        return f"<{self.__class__.__name__} {self.hits}/{self.hits + self.misses}: {list(self.items)}>"


class Node:
    def __init__(self, key, value):
        self.key, self.value = key, value
        self.before = self.after = None


class Linked:
    def __init__(self):
        self.head = self.tail = Node(None, None)
        self.head.after = self.head.before = self.head

    def push(self, key, value):
        node = Node(key, value)
        node.before, node.after = self.head.before, self.head
        node.before.after = node.after.before = node
        return node

    def remove(self, node):
        node.before.after, node.after.before = node.after, node.before

    def __iter__(self):
        at = self.head.after
        while at is not self.head:
            yield at.key, at.value
            at = at.after


async def main():
    cache = LRU(3)

    @cache
    def slow(n, m=0):
        return n * n + m

    print([slow(n) for n in (1, 2, 3, 1, 4, 2, 1)])
    print(cache, len(cache), (1,) in cache, (9,) in cache)
    line = Linked()
    nodes = [line.push(k, k * 10) for k in "abcd"]
    line.remove(nodes[1])
    print(list(line), dict(line))
    line.remove(nodes[0]), line.remove(nodes[3])
    print([*line], bool(cache))


run(main)
