from interleave import *
a = [3, 1, 2]
b = a
b.append(4)
print(a, a is b, len(a), a[0], a[-1], a[1:3], a[::-1], a[:], a[5:], a[-2:], a[3:0:-1], a[::2])
a += [5]
print(b)
a = a + [6]
print(a, b)
a.sort(); print(a)
a.sort(reverse=True); print(a, sorted(a), sorted("cab"), sorted([3, 1, 2], reverse=True), list(reversed([1, 2, 3])))
a.extend(range(3)); print(a, a.pop(), a.pop(0), a.index(2), a.count(0))
a.insert(0, 9); a.insert(-1, 8); a.insert(100, 7); print(a)
a.remove(9); a.reverse(); print(a)
del a[0]; print(a); a[0] = "x"; a[-1] = None; print(a)
x, y = 1, 2
x, y = y, x
(p, q), r = [1, 2], 3
print(x, y, p, q, r)
i = j = 0
i, a[i] = 1, "y"
print(i, a)
print([n * n for n in range(5)], [n for n in range(10) if n % 2 if n > 3], [(i, j) for i in range(2) for j in "ab"], {k: k * 2 for k in range(3)}, [[j for j in range(i)] for i in range(3)])
print(sum(n for n in range(5)), any(n > 3 for n in range(5)), all(n > 3 for n in range(5)), any([]), all([]), max(n % 3 for n in range(5)), list(n for n in "ab"), ",".join(str(n) for n in range(3)), sorted((n for n in [2, 1])), sum((n for n in range(3)), 10))
print(list(enumerate("ab")), list(enumerate("ab", start=5)), list(zip([1, 2, 3], "ab")), list(zip()), dict(zip("ab", [1, 2])), list(enumerate(zip("ab", "cd"))))
for i, (u, v) in enumerate(zip("ab", "cd")):
    print(i, u, v)
d = {"a": 1, 2: "b", (1, 2): 3, 1.5: None, True: "t"}
print(d, d["a"], d[(1, 2)], d[1], d.get("z"), d.get("z", 5), len(d), list(d), d.keys() == d.keys(), list(d.values()), list(d.items()))
d["new"] = 0; d["a"] += 10; del d[2]; print(d, d.pop("new"), d.setdefault("q", []), "a" in d, "zz" in d)
for k, v in d.items(): print(k, v)
e = {}; e.update({"x": 1}); e["x"] = e.get("x", 0) + 1; print(e, e == {"x": 2}, dict(a=1, b=2), dict([("k", 1)]), e.copy())
t = (1, 2) + (3,); print(t, t * 2, t[0], t[1:], len(t), (), (1,), 1 in t, t == (1, 2, 3), tuple([1]), tuple("ab"), t.index(2))
print([1, 2] == [1, 2], [1] != [2], [1, [2, (3, 4)]], [0] * 3, list(range(5, 0, -2)), range(3), range(1, 10, 2), list(range(0)), range(5)[2], range(10)[2:5], len(range(0, 10, 3)), range(3) == range(0, 3))
print([*[1, 2], 3, *range(2)], (*"ab", 1), max(*[1, 2], 3))
m = [[0] * 3 for _ in range(2)]; m[1][2] = 5; print(m); m[0][0] += 2; print(m)
c = [1]; c.append(c); print(c); c.clear()
z = [1, 2, 3]; z *= 2; print(z, z.copy() is z, z.clear(), z)
f, = [1]; [g, h] = "xy"; print(f, g, h)
print(bool([]), bool([0]), bool({}), bool(0.0), bool("a"), bool(None), list(), tuple(), dict(), str(), int(), float(), bool())
n = 0
for q in [1, 2, 3]:
    n += q
else:
    n += 100
print(n)
w = [1, 2, 3, 4]
for q in w:
    if q == 2: w.append(9)
    if q == 3: continue
    if q == 9: break
    print(q)
else: print("no")
while n > 100:
    n -= 1
    if n == 103: break
else: print("never")
print(n)
while n < 110: n += 1
else: print("else", n)
