"""Functions over dicts: group, total, report."""
from interleave import *

ITEMS = [
    {"name": "bolt", "kind": "metal", "price": 0.25, "count": 400},
    {"name": "plank", "kind": "wood", "price": 7.5, "count": 12},
    {"name": "nail", "kind": "metal", "price": 0.05, "count": 1000},
    {"name": "door", "kind": "wood", "price": 120.0, "count": 2},
]


def group_by(items, key):
    groups = {}
    for item in items:
        groups.setdefault(item[key], []).append(item)
    return groups


def main():
    for kind, items in sorted(group_by(ITEMS, "kind").items()):
        total = sum(i["price"] * i["count"] for i in items)
        print(f"{kind:>6}: {len(items)} items, {total:10,.2f}")
        for i in sorted(items, key=lambda i: i["price"], reverse=True):
            print(f"        {i['name']:.<10}{i['price']:>8.2f} x {i['count']}")
    cheapest = min(ITEMS, key=lambda i: i["price"])
    print("cheapest:", cheapest["name"], {i["name"]: i["count"] for i in ITEMS if i["count"] > 100})


run(main)
