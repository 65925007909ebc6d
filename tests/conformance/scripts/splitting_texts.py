"""Methods of a text, two: split, join, partition, splitlines; a small report from them."""
from interleave import *

log = """\
2024-01-05 10:00:01 INFO  web    GET /index.html 200
2024-01-05 10:00:02 ERROR db     timeout after 30s
2024-01-05 10:00:02 INFO  web    GET /about.html 404

2024-01-05 10:00:07 WARN  cache  evicted 12 entries
2024-01-05 10:00:09 ERROR web    GET /admin 500
"""


def parse(line):
    date, time, level, service, *message = line.split()
    hours, minutes, seconds = (int(part) for part in time.split(":"))
    return {"at": hours * 3600 + minutes * 60 + seconds, "level": level, "service": service, "text": " ".join(message)}


def wrap(text, width):
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    if line:
        yield line


def caesar(text, shift):
    out = []
    for c in text:
        if c.isalpha():
            base = ord("A") if c.isupper() else ord("a")
            out.append(chr((ord(c) - base + shift) % 26 + base))
        else:
            out.append(c)
    return "".join(out)


def camel_to_snake(name):
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name))


async def main():
    print("a b  c ".split(), "a b  c ".split(" "), "a,b,,c".split(","), "".split(), "".split(","), "abc".split("abc"))
    print("a b c d".split(None, 2), "a,b,c,d".split(",", 1), "a,b,c,d".rsplit(",", 1), "  a  b  ".rsplit(None, 1), "a-b".split("-", 0), "a b c".split(maxsplit=1), "x--y--z".split("--"))
    print("k=v=w".partition("="), "k=v=w".rpartition("="), "none".partition("="), "none".rpartition("="))
    print("one\ntwo\r\nthree\n".splitlines(), "a\n\nb".splitlines(True), "".splitlines(), "no end".splitlines(), "a\n".splitlines(keepends=True))
    print("-".join(["a", "b"]), "".join([]), ", ".join("abc"), " ".join(str(n) for n in range(4)), "x".join(["only"]), "|".join({"k": 1, "j": 2}))
    for bad in (lambda: "a".split(""), lambda: "a".partition(""), lambda: "a".split(5), lambda: "a b".split(" ", "x")):
        try:
            print(bad())
        except (ValueError, TypeError) as e:
            print(type(e).__name__, e)
    records = [parse(line) for line in log.splitlines() if line.strip()]
    print(len(records), records[1])
    by_level = {}
    for record in records:
        by_level.setdefault(record["level"], []).append(record["service"])
    for level, services in sorted(by_level.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        print(f"{level:<6}{len(services):>3}  {', '.join(sorted(set(services)))}")
    print("gaps:", [b["at"] - a["at"] for a, b in zip(records, records[1:])])
    status = [int(r["text"].rsplit(" ", 1)[1]) for r in records if r["text"].startswith("GET")]
    print("status:", status, "worst:", max(status))
    for line in wrap("The quick brown fox jumps over the lazy dog and runs away", 16):
        print(f"|{line:<16}|")
    secret = caesar("Hello, World!", 3)
    print(secret, caesar(secret, -3), caesar("xyz", 27))
    print([camel_to_snake(n) for n in ("camelCase", "HTTPServer", "already")], "_".join("Some Title Here".lower().split()))
    print("".join(w.capitalize() for w in "snake_case_name".split("_")), " ".join(w[::-1] for w in "abc def".split()))
    is_palindrome = lambda text: (letters := [c for c in text.lower() if c.isalnum()]) == letters[::-1]
    print(is_palindrome("A man, a plan, a canal: Panama"), is_palindrome("hello"))
    counts = {}
    for c in "mississippi":
        counts[c] = counts.get(c, 0) + 1
    print(counts, sorted(counts, key=counts.get, reverse=True), max(counts.items(), key=lambda kv: kv[1]))
    runs, previous = [], None
    for c in "aaabccdddd":
        if c == previous:
            runs[-1][1] += 1
        else:
            runs.append([c, 1])
        previous = c
    print("".join(f"{c}{n if n > 1 else ''}" for c, n in runs))


run(main)
