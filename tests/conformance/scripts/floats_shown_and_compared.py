"""Floats: how they are shown, rounded, compared and converted."""
from interleave import *

inf, nan = float("inf"), float("nan")


def attempt(f):
    try:
        print(f())
    except (ValueError, TypeError, ZeroDivisionError, OverflowError, AttributeError) as e:
        print(type(e).__name__, e)


def newton(f, df, x, steps=20):
    for _ in range(steps):
        new = x - f(x) / df(x)
        if abs(new - x) < 1e-12:
            break
        x = new
    return new


def integrate(f, a, b, n=1000):
    h = (b - a) / n
    return sum((f(a + i * h) + f(a + (i + 1) * h)) / 2 * h for i in range(n))


def mean_and_spread(values):
    mean = sum(values) / len(values)
    return mean, (sum((v - mean) ** 2 for v in values) / len(values)) ** 0.5


def kahan(values):
    total = lost = 0.0
    for v in values:
        y = v - lost
        t = total + y
        lost = t - total - y
        total = t
    return total


def exp(x):
    term = total = 1.0
    n = 1
    while abs(term) > 1e-17:
        term *= x / n
        total += term
        n += 1
    return total


async def main():
    print(0.1 + 0.2, 0.1 + 0.2 == 0.3, abs(0.1 + 0.2 - 0.3) < 1e-9, 1 / 3, 2 / 3, 1e22, 1e23, 1.0, 100.0, 1e15, 1e16, 123456.789, 0.0001, 0.00001, 5e-324, 1.7976931348623157e308)
    print(-0.0, 0.0 == -0.0, 1e3, 1E-3, .5, 5., 1_0.5, 3.0e0, -1.5e-10, 2.5e5)
    print(round(2.5), round(3.5), round(-2.5), round(0.5), round(2.675, 2), round(1234.567, -2), round(1.005, 2), round(2.5, 0), round(0.1 + 0.2, 10), round(5.0), round(-0.4), round(2.55, 1), type(round(2.0)).__name__, type(round(2.0, 1)).__name__)
    print(inf, -inf, nan, inf > 1e308, -inf < 0, inf - inf, inf * 0, inf + 1 == inf, nan != nan, nan < 1, nan > 1, 1 / inf, -1 / inf, inf // 1, max(1, inf), min(nan, 1), [nan] == [nan], nan in [nan], 1e308 * 10, inf == inf)
    print(float("1.5"), float(" 2e3 "), float("-.5"), float("1_0"), float("Infinity"), float("-inf"), float("NaN"), float(7), float(True), float(), float("1e400"))
    print(int(2.9), int(-2.9), 7.5 // 2, -7.5 // 2, 7.5 % 2, -7.5 % 2, 7.5 % -2, divmod(7.5, 2), divmod(-1.0, 3), 2.0 ** 0.5, 2 ** -2, (-8) ** 2.0, 1.5 * 2, 3.0 - 1, abs(-2.5), 5 % 0.3, 1e300 * 1e-300)
    print((2.0).is_integer(), (2.5).is_integer(), inf.is_integer(), 3.7.is_integer(), sum([0.1] * 10), sum([0.1] * 10) == 1.0, kahan([0.1] * 10), sum([1, 2.5]), sum([0.5], 1), min(1, 1.0), max(1.0, 1), type(min(1, 1.0)).__name__)
    print(f"{2 / 3:.3f} {2 / 3:.0%} {1e6:,.2f} {1234.5:e} {0.00001234:g} {1e20:.0f} {123.456:10.1f}| {-5.5:<8}| {5.5:^+9.2f}| {1.0:g} {1.10:.3g} {1e-10:f} {99.995:.2f} {0.5:.0f} {1.5:.0f}")
    print(str(1e5), repr(1e-5), "%.3f" % 2.0005, "%5.1f|%-8.2e|%g" % (3.14159, 31415.9, 1e-7), format(1.5, "08.3f"), format(-1.5, "=+8"), format(1e9, "_.0f"), format(0.1, ".20f"), format(1 / 3, ".17g"))
    print(newton(lambda x: x * x - 2, lambda x: 2 * x, 1.0), round(integrate(lambda x: x * x, 0, 3), 4), mean_and_spread([2, 4, 4, 4, 5, 5, 7, 9]), round(exp(1), 12), round(exp(-2.5), 12))
    print(1 == 1.0, 1 < 1.5 < 2, 0.5 == 1 / 2, hash(2.0) == hash(2), {1: "a"}[1.0], [1, 2, 3].index(2.0), 1.0 in {1}, bool(0.0), bool(nan), bool(1e-300), 10 ** 16 == 1e16, 9007199254740993 < 9007199254740992.0 + 2)
    print(1e16 + 1, 1e16 + 2, 0.1 * 3, 1.1 + 2.2, 4.35 * 100, 1.15 * 100, 0.1 + 0.7, 3 * 1.1, 1 - 0.9, 1e-5 * 3, 299792458 * 1.5, 1.23e-5, 12345678.9, 0.1 ** 10)
    total, n = 0.0, 0
    while total < 1:
        total += 0.1
        n += 1
    print(total, n, [x / 10 for x in range(5)], [round(x * 0.1, 1) for x in range(5)], sorted([2.5, -1, 0.0, 1e-9, -inf]))
    attempt(lambda: 1.0 / 0)
    attempt(lambda: 1.0 // 0)
    attempt(lambda: 1.0 % 0)
    attempt(lambda: divmod(1.5, 0))
    attempt(lambda: 0.0 ** -1)
    attempt(lambda: 10.0 ** 400)
    attempt(lambda: float("abc"))
    attempt(lambda: float(""))
    attempt(lambda: float("1,5"))
    attempt(lambda: float(None))
    attempt(lambda: float([1.5]))
    attempt(lambda: 1.5 + "a")
    attempt(lambda: 1.5 << 1)
    attempt(lambda: "ab" * 2.0)
    attempt(lambda: list("ab")[1.0])
    attempt(lambda: range(2.5))
    attempt(lambda: (1.5).upper())
    attempt(lambda: round(inf))
    attempt(lambda: round(nan))
    attempt(lambda: round(1.5, "x"))
    attempt(lambda: inf())
    attempt(lambda: chr(65.0))
    attempt(lambda: 1.5 < None)


run(main)
