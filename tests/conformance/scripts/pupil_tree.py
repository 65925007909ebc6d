"""Tree, as a pupil would write it."""
# on: serial loop threads stealing processes
from interleave import *


class Tree:
    def __init__(self, key, left=None, right=None):
        self.key, self.left, self.right = key, left, right
    def insert(self, key):
        side = "left" if key < self.key else "right"
        child = getattr(self, side)
        if child is None:
            setattr(self, side, Tree(key))
        else:
            child.insert(key)
    def __iter__(self):
        if self.left:
            yield from self.left
        yield self.key
        if self.right:
            yield from self.right
    def depth(self): return 1 + max((t.depth() for t in (self.left, self.right) if t), default=0)
    def __contains__(self, key):
        if key == self.key:
            return True
        child = self.left if key < self.key else self.right
        return child is not None and key in child
    def levels(self):
        level = [self]
        while level:
            yield [t.key for t in level]
            level = [c for t in level for c in (t.left, t.right) if c]
    def show(self, indent=0):
        lines = self.right.show(indent + 1) if self.right else []
        lines.append("   " * indent + str(self.key))
        return lines + (self.left.show(indent + 1) if self.left else [])


async def main():
    root = Tree(50)
    for k in (30, 70, 20, 40, 60, 80, 10):
        root.insert(k)
    print(list(root), root.depth(), 60 in root, 65 in root, sum(root), max(root))
    print(list(root.levels()))
    print("\n".join(root.show()))
    a, *_, z = root
    print(a, z, [k for k in root if k % 20 == 0], dict(enumerate(root))[3])


run(main)
