"""str.format() and format()."""
from interleave import *


class Money:
    def __init__(self, cents):
        self.cents = cents

    def __format__(self, spec):
        if spec == "":
            return str(self)
        if spec == "cents":
            return f"{self.cents} ct"
        return format(self.cents / 100, spec)

    def __str__(self):
        return f"{self.cents / 100:.2f}"


class Box:
    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return f"Box({self.value!r})"


def failing(text, *args, **kwargs):
    try:
        print(text.format(*args, **kwargs))
    except (IndexError, KeyError, ValueError, AttributeError, TypeError) as e:
        print(type(e).__name__, e)


def main():
    print("{} {} {}".format(1, "two", [3]))
    print("{0} {1} {0}".format("a", "b"))
    print("{name} is {age}".format(name="Ann", age=7))
    print("{0:>8}|{0:<8}|{0:^8}|{0:*^8}|".format("mid"))
    print("{:5d}|{:05d}|{:+d}|{:,}|{:_}|{:x}|{:#x}|{:b}|{:#b}|{:o}|{:#o}".format(42, 42, 42, 1234567, 1234567, 255, 255, 5, 5, 8, 8))
    print("{:.2f} {:10.3f}| {:e} {:g} {:%} {:.1%}".format(3.14159, 2.5, 12345.678, 0.0001, 0.25, 0.123))
    print("{!r} {!s} {!r:>6}".format("a", "b", "c"))
    print("{{literal}} {}".format("x"))
    print("{0[1]} {1[key]} {2.value}".format([10, 20], {"key": "k"}, Box(5)))
    print("{:{}} {:>{width}}|".format("a", 5, "b", width=4))
    print("{:c}{:c}|{:5c}|".format(72, 105, 33))
    print("{} {:cents} {:.1f} {:>8}".format(Money(1250), Money(1250), Money(1250), Money(5)))
    print(f"{Money(1999)} {Money(1999):cents} {Money(1999):8.1f}|", format(Money(1)), format(Money(2), "cents"))
    print("{} {!r} {!s:>8}|".format(Box(1), Box("x"), Box(2)), f"{Box(3)} {[Box(4)]}")
    print(format(255, "x"), format(255, "#b"), format(3.5, "8.2f"), format("abc", "^9"), format(7), repr(format("")))
    print(f"{255:#X} {255:#_b} {1234567.891:,.2f} {1234567.891:_.1f} {0.5:%} {5:n} {2.5:n} {65:c}")
    print(f"{12:#e} {1.5:#.0f} {1.0:#g} {1e10:g} {-0.0:.0f} {-7:05d} {7: d}")
    print("{:,} {:.3}".format(1e6, 2.0), "{:>5}".format(True), "{:5}".format(None or "none"))
    failing("{} {}", 1)
    failing("{0} {}", 1, 2)
    failing("{} {0}", 1, 2)
    failing("{name}", 1)
    failing("{")
    failing("}")
    failing("{0.nothing}", 1)
    failing("{:d}", "text")
    failing("{:d}", 1.5)
    failing("{:s}", 1)
    failing("{:.2d}", 1)
    failing("{:>5}", Box(1))
    failing("{:>5}", [1])
    failing("{:,x}", 5)
    failing("{!x}", 1)
    for word in "{} of {}".format(3, 4).split(" of "):
        print(word)


run(main)
