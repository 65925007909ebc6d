"""Caesar, palindromes, anagrams, roman numbers, run lengths."""
# on: serial loop threads stealing processes
from interleave import *


def caesar(text, k):
    out = []
    for c in text:
        if "a" <= c <= "z":
            out.append(chr((ord(c) - ord("a") + k) % 26 + ord("a")))
        elif c.isupper():
            out.append(chr((ord(c) - 65 + k) % 26 + 65))
        else:
            out.append(c)
    return "".join(out)


def is_palindrome(s):
    s = [c for c in s.lower() if c.isalnum()]
    return s == s[::-1]


def roman(n):
    out = ""
    for value, sign in ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        count, n = divmod(n, value)
        out += sign * count
    return out


def run_lengths(s):
    out, i = [], 0
    while i < len(s):
        j = i
        while j < len(s) and s[j] == s[i]:
            j += 1
        out.append((s[i], j - i))
        i = j
    return out


async def main():
    secret = caesar("Hello, World!", 3)
    print(secret, caesar(secret, -3))
    print([w for w in ("Anna", "A man, a plan, a canal: Panama", "Python") if is_palindrome(w)])
    print([roman(n) for n in (4, 9, 14, 1994, 2024)])
    print(run_lengths("aaabccd"), "".join(f"{c}{n if n > 1 else ''}" for c, n in run_lengths("aaabccd")))
    groups = {}
    for w in "eat tea tan ate nat bat".split():
        groups.setdefault("".join(sorted(w)), []).append(w)
    print(groups, list(groups.values()))
    s = "  The Quick brown fox  "
    print(s.strip().swapcase(), s.split(), s.count("o"), s.find("Quick"), s.rfind("o"), s.replace("o", "0", 1).strip())
    print("a,b,,c".split(","), "a-b-c".rsplit("-", 1), "k=v=w".partition("="), "one\ntwo\r\nthree".splitlines())
    print("hello world".title(), "HELLO".capitalize(), "x".join(["1", "2"]), "abc"[::-1], "abcdef"[1:5:2], "abc" * 2)
    print("abc" < "abd", "Z" < "a", "10" < "9", max("hello"), "ell" in "hello", "hello".startswith(("he", "x")), "x.py".endswith(".py"))
    print("tab\tq\"uote\\", 'it\'s', r"raw\n", repr("a'b"), repr('a"b'), repr("a'b\"c"), "é".upper(), ord("é"), "\u00e9")
    print("12".isdigit(), "a1".isalnum(), " ".isspace(), "Ab".isupper(), "abc".islower(), "".isalpha())
    print(int("  42 "), int("-7"), int("ff", 16), int("101", 2), float("1e3"), float(" 2.5 "), int(3.99), int(-3.99), bool("False"), str(None))
    print("%s is %d years and %.1f m" % ("Ann", 30, 1.7), "a".join("xyz"), "abc".index("c"), "a b c".split(" ", 1))


run(main)
