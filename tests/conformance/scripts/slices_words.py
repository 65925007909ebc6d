"""Slices, assigned and deleted, and what is said of wrong ones."""
from interleave import *
def main():
    a = list(range(10))
    print(a[2:5], a[:-3], a[::3], a[::-2], a[8:2:-2], a[-3:], a[100:], a[:100][:2], a[5:2], a[::-1][:3])
    a[2:5] = ["x"]; print(a)
    a[1:1] = [7, 8]; print(a)
    a[::4] = "abc"; print(a)
    del a[::3]; print(a)
    del a[-1], a[0]; print(a)
    try: a[::2] = [1]
    except ValueError as e: print(e)
    try: a["x"]
    except TypeError as e: print(e)
    try: a[1:2] = 5
    except TypeError as e: print(e)
    try: a[::0]
    except ValueError as e: print(e)
    try: a[99]
    except IndexError as e: print(e)
    try: a[99] = 1
    except IndexError as e: print(e)
    try: (1, 2)[2]
    except IndexError as e: print(e)
    try: "abc"[5]
    except IndexError as e: print(e)
    try: (1, 2)[0] = 1
    except TypeError as e: print(e)
    try: del "abc"[0]
    except TypeError as e: print(e)
    try: [].pop()
    except IndexError as e: print(e)
    try: [1].pop(4)
    except IndexError as e: print(e)
    t = (1, 2, 3, 4)
    print(t[1:], t[::-1], t + (5,), t * 2, t.index(3), t.count(9), "hello"[1:4], "hello"[-2:], "hello"[::2], range(10)[2:8:3], range(10)[::-1], list(range(5, 0, -2)))
    b = a[:]; b.append("only b"); c = a; c.append("both")
    print(a, b, a is c, a == b, a[0:0], [1, 2][True], b[-len(b)])
    a.insert(1, "in"); a.insert(-100, "first"); a.insert(100, "last"); print(a, a.index("in"), a.copy() == a)
    a.reverse(); print(a); a.extend("xy"); a += (1,); a *= 1; print(a, a.pop(), a.pop(0), a.remove("x"), a)
    n = [1, [2, [3]]]; m = n[:]; m[1][0] = "shared"; print(n, m)
    print([0] * 3, [1, 2] < [1, 3], [1] < [1, 0], (1, "a") < (2,), [] == (), list("abc") > ["abb"], [1, 2, 3] == [1.0, 2.0, 3.0])
run(main)
