"""Which variable a function made in a loop sees."""
from interleave import *


async def main():
    late = [lambda: i for i in range(4)]
    early = [lambda i=i: i for i in range(4)]
    print([f() for f in late], [f() for f in early])
    made = []
    for n in range(3):
        def f(x, n=n):
            return x * n
        made.append(f)
    print([f(10) for f in made])
    adders = {name: (lambda k: lambda x: x + k)(k) for name, k in [("one", 1), ("two", 2)]}
    print(adders["one"](5), adders["two"](5))
    x = "outer"

    def show():
        return x
    x = "changed"
    print(show())
    fs = []
    for i in range(3):
        def g():
            nonlocal_i = i
            return nonlocal_i
        fs.append(g)
    print([g() for g in fs])


run(main)
