"""Arguments of every kind: named ones behind a ** keep their place."""
from interleave import *
def f(a, b=2, *rest, c, d=4, **more): return a, b, rest, c, d, more
def g(*, key): return key
def h(x, y, z=0): return x - y + z
def main():
    print(f(1, c=3), f(1, 5, 6, 7, c=3, e=8), f(*[1, 2, 3], **{"c": 9, "z": 0}), f(*"ab", *"cd", c=1))
    for call in (lambda: f(), lambda: f(1), lambda: f(1, c=2, a=3), lambda: g(1), lambda: g(), lambda: h(1), lambda: h(1, 2, 3, 4), lambda: h(1, q=2), lambda: h(**{"x": 1}), lambda: h(1, 2, x=5)):
        try: print(call())
        except TypeError as e: print(e)
    args, kw = (5, 3), {"z": 100}
    print(h(*args, **kw), max(*args), max(args), dict(**kw, y=1), [*args, *kw], {**kw, "z": 1, **{"w": 2}}, (*args,))
    def outer(*args, **kwargs):
        def inner(*a, **k): return args + a, {**kwargs, **k}
        return inner
    print(outer(1, x=2)(3, x=4, y=5))
    def d(items=[], seen={}):
        items.append(len(items)); seen[len(items)] = True
        return items, len(seen)
    print(d(), d(), d([9]), d.__name__)
    print((lambda a, *b, c=3: (a, b, c))(1, 2, c=4), sum(map(lambda p: p[0] * p[1], zip([1, 2], [3, 4]))))
    print("sep", 1, None, sep="-", end="!\n"); print(*[1, 2], *("a",), sep=", "); print()
run(main)
