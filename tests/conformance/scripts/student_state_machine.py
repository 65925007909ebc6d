"""A vending machine, a tokenizer and an interpreter."""
# on: serial loop threads stealing processes
from interleave import *


class Machine:
    prices = {"tea": 120, "cola": 150}

    def __init__(self):
        self.state, self.money, self.log = "idle", 0, []

    def on(self, event, value=None):
        handler = getattr(self, f"{self.state}_{event}", None)
        if handler is None:
            self.log.append(f"{self.state}: no {event}")
            return self
        self.state = handler(value) or self.state
        return self

    def idle_coin(self, v):
        self.money = v
        return "paid"

    def paid_coin(self, v):
        self.money += v

    def paid_choose(self, what):
        price = self.prices.get(what)
        if price is None or price > self.money:
            self.log.append(f"{what}: {'unknown' if price is None else 'too dear'}")
            return
        self.log.append(f"{what}, back {self.money - price}")
        self.money = 0
        return "idle"

    def paid_cancel(self, _):
        self.log.append(f"back {self.money}")
        self.money = 0
        return "idle"


def tokens(text):
    i = 0
    while i < len(text):
        c = text[i]
        if c.isspace():
            i += 1
        elif c.isdigit():
            j = i
            while j < len(text) and (text[j].isdigit() or text[j] == "."):
                j += 1
            yield "num", float(text[i:j]) if "." in text[i:j] else int(text[i:j])
            i = j
        elif c in "+-*/()":
            yield "op", c
            i += 1
        else:
            raise ValueError(f"bad character {c!r} at {i}")


def rpn(text):
    rank = {"+": 1, "-": 1, "*": 2, "/": 2}
    out, ops = [], []
    for kind, t in tokens(text):
        if kind == "num":
            out.append(t)
        elif t == "(":
            ops.append(t)
        elif t == ")":
            while (op := ops.pop()) != "(":
                out.append(op)
        else:
            while ops and ops[-1] != "(" and rank[ops[-1]] >= rank[t]:
                out.append(ops.pop())
            ops.append(t)
    return out + ops[::-1]


def value(items):
    stack = []
    do = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b}
    for x in items:
        if x in do if isinstance(x, str) else False:
            b, a = stack.pop(), stack.pop()
            stack.append(do[x](a, b))
        else:
            stack.append(x)
    return stack.pop()


async def main():
    m = Machine()
    m.on("choose", "tea").on("coin", 100).on("choose", "tea").on("coin", 50).on("choose", "milk").on("choose", "tea").on("coin", 10).on("cancel")
    print(*m.log, sep="\n")
    for text in ("1 + 2 * 3", "(1 + 2) * 3", "2 * (3 - 4.5) / 3", "8/4/2", "7 & 2", "1/0"):
        try:
            items = rpn(text)
            print(text, "=", value(items), items)
        except ValueError as e:
            print("ValueError:", e)
        except ZeroDivisionError as e:
            print(type(e).__name__, e)


run(main)
