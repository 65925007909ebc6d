"""Augmented assignments, and which of them make a new object."""
from interleave import *


async def main():
    x = 10
    x += 5; x -= 3; x *= 2; x //= 5; x **= 3; x %= 50; x <<= 2; x >>= 1; x |= 8; x &= 28; x ^= 5
    print(x)
    f = 7
    f /= 2
    print(f)
    l = [1]
    m = l
    l += (2, 3)
    l *= 2
    print(l, m is l)
    l = l + [4]
    print(m is l)
    s = "a"
    s += "b"
    s *= 3
    print(s)
    t = (1,)
    t += (2,)
    print(t)
    d = {"a": [0]}
    d["a"][0] += 5
    d["a"] += [1]
    print(d)
    a = [0, 1, 2]
    i = 0
    i, a[i] = 1, 9
    print(i, a)
    a[0], a[1], a[2] = a[2], a[0], a[1]
    print(a)
    b = [[0] * 3 for _ in range(2)]
    b[0][1] += 1
    shared_rows = [[0] * 2] * 2
    shared_rows[0][0] = 7
    print(b, shared_rows)
    st = {1}
    st |= {2}
    st ^= {1, 5}
    print(st, -3 ** 2, (-3) ** 2, 2 ** 3 ** 2, -7 // 2 * 2 + -7 % 2, not 1 == 2, 1 if 0 else 2 if 0 else 3, 5 & 1 == 1, ~-1, +True)


run(main)
