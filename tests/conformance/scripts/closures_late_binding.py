"""A closure sees a variable's last value, unless a default holds it."""
from interleave import *


def main():
    late = [lambda: i for i in range(3)]
    print([f() for f in late])
    held = [lambda i=i: i for i in range(3)]
    print([f() for f in held])
    made = []
    for n in range(3):
        def f(x):
            return x + n
        made.append(f)
    print([f(10) for f in made])


run(main)
