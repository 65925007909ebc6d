"""A recursive descent calculator with errors of its own."""
from interleave import *


class CalcError(Exception):
    pass


def tokens(text):
    out, i = [], 0
    while i < len(text):
        c = text[i]
        if c.isdigit():
            j = i
            while j < len(text) and text[j].isdigit():
                j += 1
            out.append(int(text[i:j]))
            i = j
            continue
        if c in "+-*/()":
            out.append(c)
        elif c != " ":
            raise CalcError(f"what is {c!r}?")
        i += 1
    return out


class Parser:
    def __init__(self, text):
        self.tokens = tokens(text)

    def peek(self):
        return self.tokens[0] if self.tokens else None

    def take(self):
        if not self.tokens:
            raise CalcError("too short")
        return self.tokens.pop(0)

    def sum(self):
        value = self.product()
        while self.peek() in ("+", "-"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value

    def product(self):
        value = self.atom()
        while self.peek() in ("*", "/"):
            value = value * self.atom() if self.take() == "*" else value / self.atom()
        return value

    def atom(self):
        token = self.take()
        if token == "(":
            value = self.sum()
            if self.take() != ")":
                raise CalcError("no )")
            return value
        if token == "-":
            return -self.atom()
        if isinstance(token, int):
            return token
        raise CalcError(f"unexpected {token}")


def main():
    for text in ("1 + 2 * 3", "(1 + 2) * 3", "10 / 4 - -1", "2 * (3 + 4", "5 % 2", "1 / 0", "7 *"):
        try:
            print(text, "=", Parser(text).sum())
        except CalcError as e:
            print(text, "->", e)
        except ZeroDivisionError:
            print(text, "-> division by zero")


run(main)
