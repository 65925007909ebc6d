"""A decorator gives a class its __init__, __repr__, __eq__ and __hash__."""
from interleave import *
def record(*fields, **defaults):
    def decorate(cls):
        names = fields + tuple(defaults)
        def init(self, *args, **kwargs):
            if len(args) > len(names): raise TypeError(f"{cls.__name__} takes {len(names)} values, got {len(args)}")
            given = dict(zip(names, args))
            for k, v in kwargs.items():
                if k not in names: raise TypeError(f"unknown field {k}")
                if k in given: raise TypeError(f"field {k} twice")
                given[k] = v
            for n in names:
                if n not in given and n not in defaults: raise TypeError(f"missing {n}")
                setattr(self, n, given.get(n, defaults.get(n)))
        def show(self): return f"{cls.__name__}({', '.join(f'{n}={getattr(self, n)!r}' for n in names)})"
        def eq(self, other): return type(self) is type(other) and all(getattr(self, n) == getattr(other, n) for n in names)
        def key(self): return hash(tuple(getattr(self, n) for n in names))
        cls.__init__, cls.__repr__, cls.__eq__, cls.__hash__ = init, show, eq, key
        cls.fields = names
        return cls
    return decorate
@record("x", "y", color="red")
class Point:
    def moved(self, dx=0, dy=0): return Point(self.x + dx, self.y + dy, color=self.color)
def main():
    p = Point(1, 2)
    q = Point(1, y=2, color="red")
    print(p, p == q, p is q, p != p.moved(1), {p: 1}[q], len({p, q, p.moved(dy=1)}), Point.fields)
    for args, kw in [((1,), {}), ((1, 2, 3, 4), {}), ((1, 2), {"x": 3}), ((1, 2), {"z": 3})]:
        try: Point(*args, **kw)
        except TypeError as e: print(e)
    print(sorted([Point(3, 1), Point(1, 3)], key=lambda p: p.x), hasattr(p, "color"), getattr(p, "nope", "-"))
    p.x += 5
    print(p, isinstance(p, Point), type(p).__name__)
run(main)
