"""f-strings: expressions, conversions, nested fields, debugging."""
from interleave import *


def main():
    name, n, x = "Ann", 7, 3.14159
    print(f"{name} has {n} {'item' if n == 1 else 'items'}")
    print(f"{n + 1} {n * x:.2f} {name!r} {name:>6}| {name:<6}| {name:^7}| {name:*^9}")
    print(f"{{literal}} {n:03d} {n:+d} {n:5}| {x:8.3f}| {x:.0f} {12345678:,} {0.256:.1%}")
    width = 10
    print(f"{name:>{width}}|{x:{width}.{3}}|{n=}")
    print(f"{[i * i for i in range(3)]} {dict(a=1)['a']} {'nested ' + f'{n}'}")


run(main)
