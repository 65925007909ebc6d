"""What is changed while a loop goes through it."""
from interleave import *


class Numbers:
    def __init__(self): self.n = 3
    def __getitem__(self, i):
        if i >= self.n:
            raise IndexError
        return i


async def main():
    n = Numbers()
    seen = []
    for x in n:
        seen.append(x)
        if x == 1:
            n.n = 6
    print(seen)
    l = [1, 2, 3]
    for x in l:
        if len(l) < 6:
            l.append(x * 10)
    print(l)
    s = {1, 2}
    try:
        for x in s:
            s.add(x + 10)
    except RuntimeError as e:
        print(e)

    class Broken:
        def __getitem__(self, i):
            if i == 2:
                raise ValueError("stop here")
            return i
    got = []
    try:
        for x in Broken():
            got.append(x)
    except ValueError as e:
        print(got, e)

    class Mapping:
        def __getitem__(self, k): return {"a": 1}[k]
    try:
        print(list(Mapping()))
    except KeyError as e:
        print("KeyError", e)

    class Both:
        def __len__(self): return 3
        def __getitem__(self, i): return "abc"[i]
    print(list(reversed(Both())), Both()[1:] if False else Both()[1], "b" in Both(), "z" in Both())

    class Nothing:
        pass
    for f in (lambda: iter(Nothing()), lambda: list(Nothing()), lambda: 1 in Nothing(), lambda: max(Nothing()), lambda: reversed(Nothing())):
        try:
            f()
        except TypeError as e:
            print(e)
    try:
        a, b = Nothing()
    except TypeError as e:
        print(e)


run(main)
