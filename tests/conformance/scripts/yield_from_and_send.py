"""yield from: values, sends, throws and the value that is returned."""
from interleave import *


def inner(name):
    received = []
    try:
        while len(received) < 3:
            try:
                received.append((yield f"{name}{len(received)}"))
            except ValueError as e:
                print("  inner caught", e)
                received.append("error")
    finally:
        print("  inner leaves", received)
    return len(received), received


def outer():
    first = yield from inner("a")
    print("  outer has", first)
    second = yield from inner("b")
    return first[0] + second[0]


def flatten(items):
    for item in items:
        if isinstance(item, (list, tuple)):
            yield from flatten(item)
        else:
            yield item


class Node:
    def __init__(self, value, left=None, right=None):
        self.value, self.left, self.right = value, left, right

    def __iter__(self):
        if self.left:
            yield from self.left
        yield self.value
        if self.right:
            yield from self.right


def chain(*sources):
    for source in sources:
        yield from source
    return "chained"


def returns(value):
    return value
    yield


def collect():
    results = []
    for n in range(3):
        results.append((yield from returns(n * n)))
    results.append((yield from chain("ab", [1], {2: 3}, range(2))))
    results.append((yield from ()))
    return results


def wrapped():
    try:
        yield from inner("w")
    except KeyError as e:
        yield f"wrapped: {e!r}"


async def main():
    g = outer()
    print(next(g))
    print(g.send(1), g.send(2))
    print(g.throw(ValueError("oops")))
    print(g.send("x"))
    print(g.send("y"))
    try:
        g.send("z")
    except StopIteration as e:
        print("outer returned", e.value)

    print(list(flatten([1, [2, (3, [4, [], [5]]), "six"], 7])))
    tree = Node(4, Node(2, Node(1), Node(3)), Node(6, None, Node(7)))
    print(list(tree), sum(tree), 3 in tree, 5 in tree)

    g, out = collect(), []
    while True:
        try:
            out.append(next(g))
        except StopIteration as e:
            print(out, e.value)
            break

    g = wrapped()
    print(next(g))
    print(g.throw(KeyError("gone")))
    print(list(g))

    g = wrapped()
    next(g)
    g.close()
    print(next(g, "closed with its inner one"))
    try:
        list(chain([1], 5))
    except TypeError as e:
        print(e)
    it = iter([1, 2])

    def sends_into_list():
        yield from it
    g = sends_into_list()
    print(next(g))
    try:
        g.send("hello")
    except AttributeError as e:
        print(e)


run(main)
