"""Objects that hold objects; __getattr__, a class in a class, what a class shares."""
from interleave import *


class Observer:
    def __init__(self): self.seen = []
    def update(self, subject, **changes): self.seen.append((subject.name, sorted(changes.items())))


class Subject:
    def __init__(self, name, **fields):
        self.name = name
        self._fields = fields
        self._observers = []

    def attach(self, *observers):
        self._observers.extend(observers)
        return self

    def set(self, **changes):
        changed = {k: v for k, v in changes.items() if self._fields.get(k) != v}
        self._fields.update(changed)
        if changed:
            for o in self._observers:
                o.update(self, **changed)

    def __getattr__(self, name):
        try:
            return self._fields[name]
        except KeyError:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}") from None


class Point:
    origin = None
    instances = []

    def __init__(self, x=0, y=0):
        self.x, self.y = x, y
        Point.instances.append(self)

    def moved(self, dx=0, dy=0): return type(self)(self.x + dx, self.y + dy)
    def __eq__(self, o): return (self.x, self.y) == (o.x, o.y) if isinstance(o, Point) else NotImplemented
    def __repr__(self): return f"{type(self).__name__}({self.x}, {self.y})"

    class Error(Exception):
        pass


Point.origin = Point()


class Point3(Point):
    z = 0


async def main():
    o = Observer()
    s = Subject("s", a=1).attach(o, o)
    s.set(a=1)
    s.set(a=2, b=3)
    print(o.seen, s.a, s.b)
    try:
        s.c
    except AttributeError as e:
        print(e)
    p = Point3(1, 2).moved(dy=5)
    print(p, p.z, Point.origin, len(Point.instances), p == Point(1, 7), p == 5, p != 5, p.__class__.__name__)
    p.z = 9
    p.label = "x"
    print(p.z, Point3.z, p.label, Point3.origin is Point.origin)
    del p.label
    print(hasattr(p, "label"))
    try:
        raise Point.Error("nested class")
    except Point.Error as e:
        print(e)
    f = p.moved
    print(f(1), Point.moved(p, 1), [q.moved(1) for q in (p,)], list(map(Point3, [1, 2], [3, 4])))


run(main)
