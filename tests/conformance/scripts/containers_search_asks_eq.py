"""list.index, count and remove, and == of containers, ask the objects' own __eq__."""
from interleave import *


class Box:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        return isinstance(other, Box) and self.n == other.n

    def __repr__(self):
        return f"Box({self.n})"


def main():
    boxes = [Box(1), Box(2), Box(1), 3, "x"]
    print(boxes.index(Box(2)), boxes.count(Box(1)), tuple(boxes).index(Box(2)), tuple(boxes).count(3))
    boxes.remove(Box(1))
    print(boxes, Box(1) in boxes, Box(7) in boxes)
    find = boxes.index
    print(find(Box(1)), [[Box(1)], [Box(2)]].index([Box(2)]))
    for search in (boxes.index, boxes.remove, tuple(boxes).index):
        try:
            search(Box(9))
        except ValueError as error:
            print(error)
    print([Box(1), (Box(2),)] == [Box(1), (Box(2),)], {"a": Box(1)} == {"a": Box(2)}, [Box(1)] != [Box(1)])


run(main)
