"""Every method of a set, and what changes in place."""
from interleave import *


def main():
    a, b = {1, 2, 3, 4}, {3, 4, 5}
    print(a.isdisjoint(b), a.isdisjoint({9}), a.isdisjoint([8, 9]), a.isdisjoint(range(4, 6)))
    print(sorted(a.symmetric_difference(b)), sorted(a.symmetric_difference([1, 9])))
    print(sorted(a ^ b), sorted(a | b), sorted(a & b), sorted(a - b))
    same = a
    a |= {10}
    print(same is a, sorted(same))
    a &= {1, 2, 3, 10}
    print(same is a, sorted(same))
    a -= {10}
    print(same is a, sorted(same))
    a ^= {3, 7}
    print(same is a, sorted(same))
    a.intersection_update([1, 2, 7], {1, 7, 8})
    print(sorted(same))
    a.update([5, 6], (7,))
    a.difference_update({5}, [6])
    print(sorted(same))
    a.symmetric_difference_update([1, 100])
    print(sorted(same))
    print({1, 2} < {1, 2, 3}, {1, 2} <= {1, 2}, {3}.issubset([1, 2, 3]), {1, 2}.issuperset((1,)))
    print(sorted({1}.union([2], (3,), {4})), sorted({1, 2, 3}.intersection([2, 3], [3])), sorted({1, 2, 3}.difference([1], [2])))
    d = {"a": 1}
    alias = d
    d |= {"b": 2}
    d.update(c=3)
    d.update({"d": 4}, e=5)
    d.update()
    print(alias is d, d, {"x": 0} | d, dict.fromkeys("ab", 0), dict.fromkeys([1, 2]))
    try:
        {1} | [2]
    except TypeError as e:
        print(e)
    try:
        {1}.remove(2)
    except KeyError as e:
        print("KeyError", e)


run(main)
