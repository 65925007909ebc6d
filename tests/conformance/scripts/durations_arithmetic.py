"""Times are added, compared and printed."""
from interleave import *


async def main():
    a, b = 200 * ms, 1.5 * s
    print(a, b, a + b, b - a, a * 3, a / 2, b / a, b // a, b % a, -a, abs(-a), a < b, max(a, b), a == 0.2 * s, sorted([b, a]))
    print(2 * us, 500 * ns, 1000 * ms == 1 * s, bool(0 * ms), sum([a, a]), f"{a:>10}|", str(a), [a], 90 * s)
    print(a > 0, 0 * s == 0 * ms, {a: "x"}[200 * ms], a + 0)
    try:
        a + 1
    except TypeError:
        print("no number and time")
    try:
        a * b
    except TypeError:
        print("no square times")
    await sleep(a)
    print("slept")


run(main)
