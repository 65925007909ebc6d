"""Tables, formats."""
# on: serial loop threads stealing processes
from interleave import *

rows = [("apple", 3, 0.5), ("watermelon", 12, 3.25), ("fig", 100, 0.05)]


def table(rows, head, formats):
    cells = [list(head)] + [[format(x, f) for x, f in zip(row, formats)] for row in rows]
    widths = [max(map(len, col)) for col in zip(*cells)]
    rule = "+".join("-" * (w + 2) for w in widths)
    out = []
    for i, row in enumerate(cells):
        out.append("|".join(f" {c:{'<' if j == 0 else '>'}{w}} " for j, (c, w) in enumerate(zip(row, widths))).rstrip())
        if i == 0:
            out.append(rule)
    return "\n".join(out)


async def main():
    print(table(rows, ("fruit", "n", "price"), ("s", "d", ".2f")))
    total = sum(n * price for _, n, price in rows)
    print(f"{'total':>20}: {total:10,.2f}|{total:<10.1f}|{total:^10.0f}|{total:e}")
    print("%-10s|%5d|%8.3f|%x|%o|%%|%r" % ("name", 42, 3.14159, 255, 8, "q"))
    print("{:>8}|{:<8}|{:^8}|{:*^8}|{:08.3f}|{:+d}|{:,}".format("r", "l", "c", "m", 3.14159, 5, 1234567))
    print("{0} {1} {0} {name!r} {data[0]} {data[1]:>4}".format("a", "b", name="x", data=[1, 2]))
    for n in (0, 1, -1, 255, 1024, 10 ** 12):
        print(f"{n:>15d} {n:<10x}{n:#o} {n:b} {n:_} {n!s:>5} {n:+}" if n < 10 ** 6 else f"{n:>15,d} {n:.3e}")
    for x in (0.0, 1.0, -2.5, 1 / 3, 1e-7, 123456789.123, 1e16, float("inf"), float("nan")):
        print(f"{x} {x:.2f} {x:g} {x:10.3e} {x:%}")
    print(f"{'a' if total > 5 else 'b'} {rows[0][0].upper()!r:>10} {len(rows)=} {total=:.1f}")
    print("abc".center(9, "*"), "abc".ljust(6, ".") + "|", "7".zfill(3), "-7".zfill(4), sep=" ")
    print(str(1.0), str(1e100), repr(0.1 + 0.2), 1e5, 1e-5, 100000000000000000.0, -0.0)
    print(*map("{:.1f}".format, [1, 2.25, 3.35]), sep=", ")


run(main)
