"""Numbers, ranges, truth, identity, slices, copies."""
# on: serial loop threads stealing processes
from interleave import *


def total(*numbers, start=0, **named):
    return start + sum(numbers) + sum(named.values())


def default_list(x, items=[]):
    items.append(x)
    return items


counter = 0


def increment():
    global counter
    counter += 1
    return counter


async def main():
    print(7 // 2, -7 // 2, 7 % 3, -7 % 3, 7 % -3, divmod(-7, 2), 2 ** 10, 2 ** -1, 10 / 4, 10 // 4.0, 1e3 == 1000)
    print(round(2.5), round(3.5), round(2.675, 2), round(-1.5), round(1234, -2), abs(-3.5), pow(2, 10, 1000))
    print(0.1 + 0.2 == 0.3, abs(0.1 + 0.2 - 0.3) < 1e-9, 5 & 3, 5 | 3, 5 ^ 3, ~5, 1 << 4, 255 >> 2)
    print(list(range(10, 0, -3)), range(5)[2], len(range(0, 100, 7)), 3 in range(5), list(range(3))[::-1], range(3) == range(0, 3))
    print(bool([]), bool([0]), bool(""), bool("0"), not None, [] or "default", 0 and 1, None is None, 1 == True, True + True)
    a = [1, 2, 3]
    b, c = a, a[:]
    b.append(4)
    print(a, c, a is b, a == c + [4], a[1:-1], a[-2:], a[::2], a[10:], a.index(3), a.count(2), a.pop(), a.pop(0))
    a[1:1] = [9, 8]
    a[0] = "x"
    del a[-1]
    print(a, [0] * 3, [[]] * 2, [1] + [2], a.copy() == a, len(a), a.insert(0, "first"), a, a.remove(9), a, a.reverse(), a)
    print(total(1, 2, 3), total(*[1, 2], start=10), total(1, **{"x": 5, "y": 6}), total())
    print(default_list(1), default_list(2), default_list(3, []), [increment() for _ in range(3)], counter)
    t = (1, "a", [2])
    t[2].append(3)
    print(t, t + (4,), t * 2, (1,), (), len(t), t.count(1), t.index("a"), tuple("ab"), (1, 2) < (1, 3))
    try:
        t[0] = 5
    except TypeError as e:
        print(e)
    x = y = 5
    x += 1
    print(x, y, x if x > y else y, 1 < x < 10, 1 < 3 > 2, max(3, 1, 2), min([4, 2]), sum([0.1] * 3), any([]), all([]))
    for i in range(3):
        if i == 5:
            break
    else:
        print("no break", i)
    while x:
        x -= 2
        if x == 2:
            continue
        print(x, end=",")
    print()
    print(type(1).__name__, type("").__name__, type([]).__name__, type(None).__name__, type(1.5), type({}), type(main).__name__, isinstance(True, int))
    print(list(enumerate("ab", 1)), list(zip([1, 2], "ab")), list(map(str, [1, 2])), list(filter(None, [0, 1, "", "a"])), list(reversed([1, 2])))
    print(*[1, 2], *"ab", sep="-")
    print(hex(255), oct(8), bin(5), chr(97), ord("a"), id(a) == id(a), callable(total), hash("a") == hash("a"))
    print(1_000_000, 0xff, 0b101, 0o17, 1e-3, .5, 5., "a" "b", """multi
line""")


run(main)
