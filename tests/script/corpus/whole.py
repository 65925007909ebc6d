from interleave import *
def f(n):
    try:
        if n == 0: return 1 / 0
        if n == 1: return [1][5]
        if n == 2: return {}["k"]
        if n == 3: raise ValueError("bad", 3)
        if n == 4: raise KeyError("x")
        if n == 5: raise RuntimeError
        return n
    except ZeroDivisionError as e:
        print("zero", e, repr(e), e.args)
        return -1
    except (IndexError, KeyError) as e:
        print(type(e).__name__, e, repr(e))
    except ValueError as e:
        print(e, e.args)
        raise TypeError("again") from e
    else:
        print("else")
    finally:
        print("finally", n)
    return "end"
for n in range(7):
    try:
        print(f(n))
    except TypeError as e:
        print("caught", e, repr(e.__cause__))
    except RuntimeError as e:
        print("rt", repr(e))
def g():
    for i in range(5):
        try:
            if i == 1: continue
            if i == 3: break
            print("i", i)
        finally:
            print("fin", i)
    else:
        print("no break")
    try:
        return "a"
    finally:
        print("leaving")
print(g())
class MyError(Exception):
    def __init__(self, code):
        super().__init__(f"code {code}")
        self.code = code
class Sub(MyError): pass
try:
    raise Sub(7)
except MyError as e:
    print(e, e.code, e.args, isinstance(e, Exception), type(e).__name__)
try:
    try:
        raise ValueError("a")
    except ValueError:
        raise
except ValueError as e:
    print("re", e)
def counter():
    n = 0
    def inc(by=1):
        nonlocal n
        n += by
        return n
    return inc
c = counter(); c(); c(5); print(c())
fs = [lambda: i for i in range(3)]
print([h() for h in fs], [(lambda x, y=2: x * y)(3) for _ in range(2)])
total = 0
def add(x):
    global total
    total += x
add(3); add(4); print(total)
a, *b, c = range(6); print(a, b, c)
def va(a, *rest, k=1, **kw): return (a, rest, k, kw)
print(va(1), va(1, 2, 3, k=4, z=5), va(*[1, 2], **{"k": 9, "y": 8}))
def gen(n):
    try:
        for i in range(n):
            x = yield i
            if x: print("got", x)
        return "done"
    finally:
        print("closing")
g = gen(3)
print(next(g), g.send("hi"), next(g))
try:
    next(g)
except StopIteration as e:
    print("stop", e.value)
def outer():
    r = yield from gen(2)
    print("r", r)
    yield from [10, 20]
print(list(outer()))
g = gen(5); next(g); g.close()
g = gen(5); next(g)
try:
    g.throw(ValueError("t"))
except ValueError as e: print("thrown", e)
print(list(map(lambda x: x * 2, [1, 2])), list(filter(None, [0, 1, 2])), list(zip(gen(2), "ab")), sum(x for x in gen(3)))
print(sorted([3, 1, 2], key=lambda x: -x), max([1, 5, 2], key=lambda x: -x), sorted(gen(3), reverse=True))
class A:
    count = 0
    def __init__(self, x): self.x = x; A.count += 1
    def __repr__(self): return f"A({self.x})"
    def __eq__(self, o): return self.x == o.x
    def __lt__(self, o): return self.x < o.x
    def __add__(self, o): return A(self.x + o.x)
    def __len__(self): return self.x
    def __iter__(self): return iter(range(self.x))
    def __enter__(self): print("enter"); return self
    def __exit__(self, t, v, tb): print("exit", t is None, v); return True
    @property
    def double(self): return self.x * 2
    @staticmethod
    def s(): return "static"
    @classmethod
    def make(cls): return cls(99)
    def __call__(self, y): return self.x + y
    def __getitem__(self, i): return i * 10
    def __contains__(self, i): return i == self.x
class B(A):
    def __init__(self, x, y):
        super().__init__(x)
        self.y = y
    def __str__(self): return f"B<{self.x},{self.y}>"
a = A(1); b = B(2, 3)
print(a, b, [a, b], {"k": b}, f"{a} {b!r} {b}", str(b), repr(b), A.count)
print(a == A(1), a != b, a < b, b < a, a + b, len(b), list(b), bool(A(0)), a.double, A.s(), A.make(), b(5), b[4], 2 in b, 3 not in b)
with a as z:
    print("in", z)
    raise ValueError("swallowed")
if a and not A(0): print("truth")
print((A(0) or "x"), (A(0) and "x"))
m = b.__repr__; print(m())
@staticmethod
def q(): return 1
def deco(f):
    def w(*a, **k):
        print("call", f.__name__, a, k)
        return f(*a, **k)
    return w
@deco
def ff(a, b=2): return a + b
print(ff(1), ff(1, b=5))
print({1, 2, 3} & {2, 3, 4}, {1} | {2}, {1, 2} - {1}, 1 in {1}, set(), {x % 2 for x in range(5)})
if (n := 10) > 5: print(n)
x = [1, 2, 3]; del x[0]; print(x)
assert x, "no"
try:
    assert not x, "msg"
except AssertionError as e: print(repr(e))
def rec(n): return rec(n + 1)
try: rec(0)
except RecursionError as e: print("RecursionError", e)
print(any(x > 2 for x in [1, 2, 3]), all([]), iter([1]) is not None, next(iter([]), "dflt"))
it = iter([1, 2]); print(next(it), next(it), next(it, None))
gg = (x * x for x in range(3)); print(next(gg), list(gg))
print(type(5).__name__, type("").__name__, type(None).__name__, type(gg).__name__, isinstance(True, int), type(a) is A)
try:
    a.nope
except AttributeError as e: print(e)
try: 1 + "a"
except TypeError as e: print(e)
while False: pass
else: print("while else")
d = {**{"a": 1}, "b": 2}; print(d)
