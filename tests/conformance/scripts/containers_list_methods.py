"""What lists can do."""
from interleave import *


def main():
    a = [3, 1, 2]
    a.append(5)
    a.extend([9, 8])
    a.insert(1, 7)
    print(a, a.pop(), a.pop(0), a.index(2), a.count(7), len(a))
    a.remove(7)
    a.sort()
    print(a)
    a.reverse()
    b = a.copy()
    b.clear()
    print(a, b, a + [0], [0] * 3, 2 in a, sum(a))
    a.sort(key=lambda x: x % 3)
    print(a, sorted(a, reverse=True), sorted(["bb", "a", "ccc"], key=len))


run(main)
