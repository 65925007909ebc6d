"""Small programs: hanoi, queens, binary search, matrix paths, roman numbers, a tokenizer, a heap."""
from interleave import *


def hanoi(n, a="A", b="B", c="C"):
    if n == 0:
        return []
    return hanoi(n - 1, a, c, b) + [(a, c)] + hanoi(n - 1, b, a, c)


def queens(n, placed=()):
    if len(placed) == n:
        yield placed
        return
    for column in range(n):
        if all(column != c and abs(column - c) != len(placed) - r for r, c in enumerate(placed)):
            yield from queens(n, placed + (column,))


def search(items, wanted):
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        if items[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low if low < len(items) and items[low] == wanted else None


def roman(n):
    out = ""
    for value, letters in [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]:
        while n >= value:
            out += letters
            n -= value
    return out


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
            yield "number", float(text[i:j]) if "." in text[i:j] else int(text[i:j])
            i = j
        elif c in "+-*/()":
            yield "operator", c
            i += 1
        else:
            raise SyntaxError_(f"{c!r} at {i}")


class SyntaxError_(Exception):
    pass


def evaluate(text):
    stream = list(tokens(text)) + [("end", None)]
    at = 0

    def peek(): return stream[at][1]

    def advance():
        nonlocal at
        at += 1
        return stream[at - 1]

    def expression():
        value = term()
        while peek() in ("+", "-"):
            value = value + term() if advance()[1] == "+" else value - term()
        return value

    def term():
        value = factor()
        while peek() in ("*", "/"):
            value = value * factor() if advance()[1] == "*" else value / factor()
        return value

    def factor():
        kind, token = advance()
        if kind == "number":
            return token
        if token == "(":
            value = expression()
            advance()
            return value
        if token == "-":
            return -factor()
        raise SyntaxError_(f"unexpected {token!r}")
    return expression()


class Heap:
    def __init__(self, items=(), key=lambda x: x):
        self.items, self.key = [], key
        for item in items:
            self.push(item)

    def push(self, item):
        self.items.append(item)
        i = len(self.items) - 1
        while i and self.key(self.items[i]) < self.key(self.items[(i - 1) // 2]):
            p = (i - 1) // 2
            self.items[i], self.items[p] = self.items[p], self.items[i]
            i = p

    def pop(self):
        top, last = self.items[0], self.items.pop()
        if self.items:
            self.items[0] = last
            i = 0
            while True:
                small = min([c for c in (2 * i + 1, 2 * i + 2) if c < len(self.items)] + [i], key=lambda c: self.key(self.items[c]))
                if small == i:
                    break
                self.items[i], self.items[small] = self.items[small], self.items[i]
                i = small
        return top

    def __len__(self): return len(self.items)
    def __bool__(self): return bool(self.items)


def shortest(graph, start):
    distance, heap = {start: 0}, Heap([(0, start)], key=lambda e: e[0])
    while heap:
        d, here = heap.pop()
        if d > distance[here]:
            continue
        for there, length in graph[here].items():
            if d + length < distance.get(there, 10 ** 9):
                distance[there] = d + length
                heap.push((d + length, there))
    return distance


def main():
    print(len(hanoi(5)), hanoi(2), len(list(queens(6))), next(queens(8)))
    print([search([1, 3, 5, 7], n) for n in (1, 7, 4)], roman(1994), roman(2026))
    for text in ["1 + 2 * 3", "(1 + 2) * 3", "-4 / 2 + 1.5", "2 * (3 - 1) * -1", "1 + x", "* 2"]:
        try:
            print(text, "=", evaluate(text))
        except SyntaxError_ as e:
            print(text, "->", e)
    heap = Heap([5, 2, 8, 1, 9, 3])
    print([heap.pop() for _ in range(len(heap))])
    print(shortest({"a": {"b": 4, "c": 1}, "b": {"d": 1}, "c": {"b": 2, "d": 5}, "d": {}}, "a"))
    sieve = [True] * 50
    sieve[0:2] = [False, False]
    for n in range(2, 8):
        if sieve[n]:
            sieve[n * n::n] = [False] * len(sieve[n * n::n])
    print([n for n, prime in enumerate(sieve) if prime])
    pascal = [[1]]
    for _ in range(5):
        pascal.append([a + b for a, b in zip([0] + pascal[-1], pascal[-1] + [0])])
    for row in pascal:
        print(" ".join(map(str, row)).center(20).rstrip())
    fizz = ["FizzBuzz" if n % 15 == 0 else "Fizz" if n % 3 == 0 else "Buzz" if n % 5 == 0 else n for n in range(1, 16)]
    print(*fizz, sep=", ")
    print(*(f"{c}{len(list(g))}" for c, g in runs("aaabccd")), sep="")


def runs(text):
    group = []
    for c in text:
        if group and group[-1] != c:
            yield group[0], group
            group = []
        group.append(c)
    if group:
        yield group[0], group


run(main)
