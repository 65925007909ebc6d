"""A small hierarchy of shapes; __str__ is assigned in the class's body, __call__ is a lambda."""
from interleave import *
class Shape:
    registry = []
    sides = 0
    def __init__(self, name): self.name = name; Shape.registry.append(self)
    def area(self): raise NotImplementedError(type(self).__name__ + " has no area")
    def describe(self): return f"{self.name} ({self.sides} sides) area {self.area():.2f}"
    @staticmethod
    def total(shapes): return sum(s_.area() for s_ in shapes)
    @classmethod
    def named(cls, name, *args): return cls(*args, name=name) if args else cls(name)
    @property
    def big(self): return self.area() > 10
    def __lt__(self, other): return self.area() < other.area()
class Rect(Shape):
    sides = 4
    def __init__(self, w, h, name="rect"):
        super().__init__(name)
        self._w, self.h = w, h
    @property
    def w(self): return self._w
    @w.setter
    def w(self, v):
        if v <= 0: raise ValueError(f"width {v}")
        self._w = v
    def area(self): return self._w * self.h
class Square(Rect):
    def __init__(self, a, name="square"): super().__init__(a, a, name)
    def describe(self): return "square! " + super().describe()
class Circle(Shape):
    def __init__(self, r): super().__init__("circle"); self.r = r
    def area(self): return 3.14159 * self.r ** 2
    __call__ = lambda self, k: Circle(self.r * k)
    __str__ = describe = lambda self: f"circle of {self.r}"
def main():
    shapes = [Rect(2, 3), Square(4), Circle(1.5), Square.named("sq2", 1)]
    for s_ in sorted(shapes): print(s_.describe(), s_.big, isinstance(s_, Rect), type(s_).__name__, s_)  if isinstance(s_, Circle) else print(s_.describe(), s_.big)
    print(f"{Shape.total(shapes):.3f}", len(Shape.registry), Rect.sides, shapes[2](2).r, [x.name for x in Shape.registry], str(shapes[2]), f"{shapes[2]}")
    r = shapes[0]
    r.w = 10; print(r.w, r.area(), r.big)
    try: r.w = -1
    except ValueError as e: print(e)
    try: r.big = True
    except AttributeError as e: print(e)
    try: Shape("x").describe()
    except NotImplementedError as e: print(repr(e))
    try: r.missing
    except AttributeError as e: print(e)
    try: Rect.nothing
    except AttributeError as e: print(e)
    try: Rect()
    except TypeError as e: print(e)
    print(issubclass(Square, Shape), hasattr(r, "h"), getattr(Square, "sides"), r.__class__.__name__, Square.area is Rect.area, min(shapes).name)
    setattr(r, "h", 1); print(r.h, callable(r.area), callable(r.h), r.area.__name__ if False else "")
run(main)
