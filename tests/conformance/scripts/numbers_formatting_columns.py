"""Numbers in columns."""
from interleave import *


async def main():
    rows = [("Widget", 4, 3.5), ("Gadget", 10, 12.25), ("Thing", 123, 0.333)]
    print(f"{'item':<10}{'qty':>6}{'price':>10}{'total':>12}")
    print("-" * 38)
    grand = 0
    for name, qty, price in rows:
        grand += qty * price
        print(f"{name:<10}{qty:>6d}{price:>10.2f}{qty * price:>12,.2f}")
    print(f"{'sum':<26}{grand:>12,.2f}")
    for n in (0, 5, 42, 1000, 1234567):
        print(f"{n:>10,}|{n:<10}|{n:^10}|{n:010d}|{n:#x}|{n:b}")
    for x in (0.5, 1.0, 1234.5678, 1e-7, 1e21, 123456789.0):
        print(f"{x:10.3f}|{x:10.2e}|{x:g}|{x}|{x:.0f}|{x:12,.1f}")
    print(f"{0.1:.20f} {1/3:.15g} {2/3:.3} {1e6:.4} {100:.1f} {12:5}|{12:<5}|{'ab':5}|{True:5}|{1.0:5}|{-5:=+8d} {3:+}")


run(main)
