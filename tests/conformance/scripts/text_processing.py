"""Words, ciphers, columns."""
from interleave import *

TEXT = """It was the best of times, it was the worst of times,
it was the age of wisdom, it was the age of foolishness"""


def caesar(text, k):
    out = []
    for c in text:
        if c.isalpha():
            base = ord("A") if c.isupper() else ord("a")
            c = chr((ord(c) - base + k) % 26 + base)
        out.append(c)
    return "".join(out)


def roman(n):
    out = ""
    for value, letters in [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]:
        count, n = divmod(n, value)
        out += letters * count
    return out


def wrap(text, width):
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = ""
        line += (" " if line else "") + word
    if line:
        yield line


async def main():
    words = TEXT.replace(",", "").lower().split()
    count = {}
    for w in words:
        count[w] = count.get(w, 0) + 1
    for w, n in sorted(count.items(), key=lambda p: (-p[1], p[0]))[:4]:
        print(f"{w:<8}{n:>3} {'#' * n}")
    print(caesar("Hello, World!", 3), caesar(caesar("Hello", 3), -3), [roman(n) for n in (1994, 2023, 4)])
    for line in wrap(TEXT, 24):
        print(f"|{line:<24}|")
    print(len(TEXT.splitlines()), TEXT.count("it"), TEXT[:6] + "...", TEXT.split("\n")[1].split()[-1][::-1])
    print("".join(sorted(set("mississippi"))), {c: "mississippi".count(c) for c in "misp"}, "racecar" == "racecar"[::-1])
    print("a-b_c d".replace("-", " ").replace("_", " ").split(), "CamelCaseWord", "".join("_" + c.lower() if c.isupper() else c for c in "CamelCaseWord").lstrip("_"))
    table = [("name", "qty"), ("apple", 3), ("fig", 12)]
    widths = [max(len(str(row[i])) for row in table) for i in range(2)]
    for row in table:
        print(" | ".join(str(cell).ljust(w) if isinstance(cell, str) else str(cell).rjust(w) for cell, w in zip(row, widths)))


run(main)
