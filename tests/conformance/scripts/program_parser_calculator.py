"""A calculator with names and functions, and its errors."""
from interleave import *


class ParseError(Exception):
    pass


def tokens(text):
    i = 0
    while i < len(text):
        c = text[i]
        if c.isspace():
            i += 1
        elif c.isdigit() or c == ".":
            j = i
            while j < len(text) and (text[j].isdigit() or text[j] == "."):
                j += 1
            yield "num", float(text[i:j]) if "." in text[i:j] else int(text[i:j])
            i = j
        elif c.isalpha():
            j = i
            while j < len(text) and text[j].isalnum():
                j += 1
            yield "name", text[i:j]
            i = j
        elif c in "+-*/()^=,":
            yield c, c
            i += 1
        else:
            raise ParseError(f"unexpected {c!r} at {i}")
    yield "end", None


class Parser:
    functions = {"max": max, "min": min, "abs": abs}

    def __init__(self, text, names):
        self.tokens = list(tokens(text))
        self.at = 0
        self.names = names

    def peek(self): return self.tokens[self.at][0]

    def take(self, *kinds):
        kind, value = self.tokens[self.at]
        if kinds and kind not in kinds:
            raise ParseError(f"expected {' or '.join(kinds)}, got {kind}")
        self.at += 1
        return value

    def statement(self):
        if len(self.tokens) > 2 and self.tokens[1][0] == "=":
            name = self.take("name")
            self.take("=")
            value = self.names[name] = self.sum()
        else:
            value = self.sum()
        self.take("end")
        return value

    def sum(self):
        value = self.product()
        while self.peek() in ("+", "-"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value

    def product(self):
        value = self.power()
        while self.peek() in ("*", "/"):
            op, other = self.take(), self.power()
            value = value * other if op == "*" else value / other
        return value

    def power(self):
        base = self.atom()
        if self.peek() == "^":
            self.take()
            return base ** self.power()
        return base

    def atom(self):
        if self.peek() == "-":
            self.take()
            return -self.atom()
        if self.peek() == "(":
            self.take()
            value = self.sum()
            self.take(")")
            return value
        if self.peek() == "name":
            name = self.take()
            if self.peek() == "(":
                self.take()
                args = [self.sum()]
                while self.peek() == ",":
                    self.take()
                    args.append(self.sum())
                self.take(")")
                return self.functions[name](*args)
            return self.names[name]
        return self.take("num")


async def main():
    names = {"pi": 3.14}
    for line in ["1 + 2 * 3", "(1 + 2) * 3", "2 ^ 3 ^ 2", "x = 7", "x * x - -1", "max(1, x, 3) / 2", "1 +", "2 $ 3", "y", "10 / (5 - 5)", "pi * 2"]:
        try:
            print(f"{line:<18} = {Parser(line, names).statement()}")
        except ParseError as e:
            print(f"{line:<18} ! {e}")
        except (KeyError, ZeroDivisionError) as e:
            print(f"{line:<18} ? {type(e).__name__}: {e}")


run(main)
