"""Inventory, as a pupil would write it."""
# on: serial loop threads stealing processes
from interleave import *


class Item:
    def __init__(self, name, price, count=1, tags=()):
        self.name, self.price, self.count, self.tags = name, price, count, set(tags)
    @property
    def value(self): return self.price * self.count
    def __repr__(self): return f"Item({self.name!r}, {self.price}, count={self.count})"
    def __eq__(self, other):
        if not isinstance(other, Item):
            return NotImplemented
        return self.name == other.name
    def __hash__(self): return hash(self.name)
    def __format__(self, spec):
        if spec == "long":
            return f"{self.name:<8}{self.price:>8.2f} x{self.count:<3} {'/'.join(sorted(self.tags))}"
        return format(str(self), spec)


class Inventory(object):
    def __init__(self): self.items = {}
    def __iadd__(self, item):
        if item.name in self.items:
            self.items[item.name].count += item.count
        else:
            self.items[item.name] = item
        return self
    def __getitem__(self, name):
        try:
            return self.items[name]
        except KeyError:
            raise LookupError(f"no {name} here") from None
    def __delitem__(self, name): del self.items[name]
    def __contains__(self, name): return name in self.items
    def __len__(self): return sum(i.count for i in self.items.values())
    def __iter__(self): return iter(sorted(self.items.values(), key=lambda i: (-i.value, i.name)))
    def by_tag(self):
        tags = {}
        for item in self:
            for t in sorted(item.tags):
                tags.setdefault(t, []).append(item.name)
        return tags


async def main():
    inv = Inventory()
    inv += Item("pen", 1.5, 10, ["office"])
    inv += Item("mug", 7, 2, ["kitchen", "gift"])
    inv += Item("pen", 1.5, 5)
    for item in inv:
        print(f"{item:long}|{item.value:.2f}")
    print(len(inv), "mug" in inv, "cup" in inv, inv["pen"], f"{inv['mug']:>40}")
    try:
        inv["cup"]
    except LookupError as e:
        print(e, e.__cause__, type(e) is LookupError)
    del inv["mug"]
    print(list(inv), inv.by_tag(), Item("pen", 0) == inv["pen"], Item("a", 1) == "a", len({Item("a", 1), Item("a", 2)}))


run(main)
