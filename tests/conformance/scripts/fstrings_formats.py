"""Format specifications of every kind."""
from interleave import *


async def main():
    n, x, s, neg = 1234567, 3.14159265, "text", -42
    print(f"{n:,} {n:_} {n:>12,} {n:<10}| {n:^11}| {n:+} {neg:+} {n: } {n:012} {n:e} {n:.3e}")
    print(f"{255:x} {255:X} {255:#x} {255:b} {255:#b} {255:o} {255:#o} {255:08b} {65:c} {255:_b}")
    print(f"{x:.2f} {x:8.3f}| {x:<8.1f}| {x:^9.2f}| {x:+.1f} {x:08.2f} {x:.0f} {x:g} {x:.3g} {x:e} {x:%} {0.256:.1%}")
    print(f"{s:10}| {s:>10}| {s:^10}| {s:*^10} {s:.2} {s:-<8.3}| {s!r:>8} {s!s}")
    print(f"{1e10} {1e16} {1e-5} {123456789.123} {1.0} {100.0:g} {1e20:g} {0.1 + 0.2} {1 / 3:.10f} {2.5:.0f} {3.5:.0f}")
    w, p = 10, 3
    print(f"{x:{w}.{p}f}| {s:{'>'}{w}}| {'nested ' + f'{x:.1f}'}")
    print(f"{n=} {x=:.2f} {s=} {n + 1=} {s.upper()=!s}")
    d = {"a": 1, "b": [1, 2]}
    print(f"{d['a']} {d['b'][1]} {[i * i for i in range(3)]} {(lambda v: v + 1)(4)} {{literal}}")
    print(f"{True} {None} {True:d} {1 == 1!r:>6} {[1, 2]!s:>8} {float('inf')} {float('-inf'):.2f} {float('nan')}")
    print("{:>6}|{:<6}|{:^6}|{:06.2f}|{:,}".format("a", "b", "c", 3.14159, 9999999), "{:.{}}".format("abcdef", 3))
    print(format(1234.5, ",.2f"), format("x", ">3"), format(7, "03d"), format(True), format(0.5, ".0%"))
    print(f"{'a' if n > 5 else 'b'}{'':5}{'x':>{5}}", f"""{
        n
    }""")
    print(f"{(1, 2)} {(1,)} {()} { {1: 2} } {set()} { {1} } {range(3)}")
    print("%r %s %5.1f %-6d| %+d %e %g %c %o %X %s" % ("q", [1], 2.25, 3, 4, 12345.678, 0.0001, "c", 8, 255, None))
    print("%(a)s and %(b)05.1f" % {"a": "A", "b": 2.5})


run(main)
