"""Sets: members, algebra, no duplicates."""
from interleave import *


def main():
    a, b = {1, 2, 3}, set([3, 4, 4])
    print(sorted(a | b), sorted(a & b), sorted(a - b), sorted(a ^ b), len(b))
    a.add(9)
    a.discard(1)
    a.discard(100)
    print(sorted(a), 9 in a, 1 in a, {1, 2} == {2, 1}, {1} <= {1, 2}, set() == set([]))
    print(sorted({x % 3 for x in range(10)}), sorted(set("hello")))


run(main)
