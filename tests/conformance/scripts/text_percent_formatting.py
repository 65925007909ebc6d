"""Formatting with %, as in older tutorials."""
from interleave import *


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __str__(self):
        return "(%d, %d)" % (self.x, self.y)

    def __repr__(self):
        return "Point(%r, %r)" % (self.x, self.y)


def show_error(text, values):
    try:
        print(text % values)
    except (TypeError, ValueError, KeyError, OverflowError) as e:
        print(type(e).__name__, e)


def main():
    print("%s has %d items" % ("the list", 3))
    print("%5d|%-5d|%05d|%+d|% d" % (42, 42, 42, 42, 42))
    print("%x %X %#x %o %#o %5x|%-5x|" % (255, 255, 255, 8, 8, 10, 10))
    print("%.2f %8.3f|%-8.1f|%08.2f %+.1f %e %.3e %g %G" % (3.14159, 2.5, 2.5, -2.5, 1.0, 12345.678, 0.00012, 1e20, 1e-10))
    print("%s %r %s %r" % ("text", "text", None, [1, "a"]))
    print("100%% of %s" % "it")
    print("%c%c" % (72, "i"))
    print("%10s|%-10s|%.2s|%10.3s|" % ("right", "left", "cut", "both ways"))
    print("%(name)s is %(age)03d" % {"name": "Ann", "age": 7})
    print("%*d|%-*d|%.*f" % (6, 1, 4, 2, 2, 1.23456))
    print("%d %d %s" % (3.9, True, True))
    print("%s" % (1,), "%s" % [1, 2], "%s" % {"a": 1})
    print("%s and %r" % (Point(1, 2), Point(3, 4)), "%s" % Point(5, 6), "%s" % [Point(7, 8)])
    print("%.3d %#X %+x %5.1f%%" % (7, 171, 26, 12.345))
    print("%a" % "naïve ☕")
    print("plain" % (), "no place" % {"a": 1})
    text = "%s"
    text %= "in place"
    print(text)
    for values in [(1, 2), (), ("x",), "x", (1.5,)]:
        show_error("%d", values)
    show_error("%x", 1.5)
    show_error("%f", "1")
    show_error("%y", 1)
    show_error("%", 1)
    show_error("%(a)s", 1)
    show_error("%(a)s", {"b": 1})
    show_error("%c", "ab")
    show_error("%s %s", "one")
    print("-" * 20)
    print("%-20s %6s" % ("name", "size"))
    for name, size in [("kernel", 1024), ("initrd", 70_000)]:
        print("%-20s %6d" % (name, size))
    print("%s" % (5 * ms), "%r" % (250 * us), "%10s|" % (2 * s))


run(main)
