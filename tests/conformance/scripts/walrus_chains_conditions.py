""":=, chained comparisons, and, or, not."""
from interleave import *


async def main():
    data = [5, 12, 3, 18, 7]
    if (n := len(data)) > 3:
        print("many", n)
    it = iter(data)
    while (x := next(it, None)) is not None:
        print(x, end=" ")
    print()
    print([y for v in data if (y := v * 2) > 10], y)
    print(1 < 2 < 3, 1 < 3 < 2, 1 < 2 > 0, 3 == 3.0 == True + 2, "a" < "b" <= "b" != "c", 1 in [1] == True)
    print(0 or "x", 1 and "y", "" or [] or {}, not "", None or 0, 1 and 0 or 2)

    def side(v):
        print("side", v, end="; ")
        return v
    print(side(1) < side(2) < side(0) < side(9))
    print(side(0) and side(1), side(0) or side(2))
    a = 5
    print("big" if a > 10 else "mid" if a > 3 else "small", (a > 3) + (a > 4), a if a else None)
    print(a is not None and a != 6, not a == 5, None is None, [] is [], () == [], 1 == "1", [1, 2] == [1, 2.0], (1, 2) < (1, 3), [1] < [1, 0])
    if not (m := {}.get("k")) and a:
        print("no", m)
    print(any((hit := v) > 10 for v in data), hit)
    total = 0
    for i in range(10):
        if i % 2:
            continue
        if i > 6:
            break
        total += i
    else:
        print("never")
    print(total, i)
    k = 10
    while k:
        k -= 3
        if k < 0:
            break
    else:
        print("never")
    print(k)
    for _ in []:
        pass
    else:
        print("empty loop")


run(main)
