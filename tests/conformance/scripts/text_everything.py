"""Everything people do with strings."""
from interleave import *


def main():
    text = "  The quick brown fox, jumps over the lazy dog.  "
    words = text.strip().rstrip(".").replace(",", "").split()
    print(words, len(words), sorted(words, key=str.lower), sorted(words, key=len, reverse=True))
    print(list(map(str.upper, words[:3])), [w for w in words if w.istitle()] if False else [w for w in words if w[0].isupper()])
    print("-".join(w.capitalize() for w in words), " ".join(reversed(words)))
    print("a,b,,c".split(","), "a  b c".split(), "a b c d".split(" ", 2), "a-b-c".rsplit("-", 1), "k=v=w".partition("="), "k=v=w".rpartition("="))
    print("a b  c ".split(None, 1), " a  b c".rsplit(None, 1), " x ".split(maxsplit=0), " x ".rsplit(None, 0))
    print("one\ntwo\r\nthree\n".splitlines(), "one\ntwo\n".splitlines(True), "a:b:c".split(sep=":", maxsplit=1), "x\ny\n".splitlines(keepends=True))
    print("abcabc".find("c"), "abcabc".find("c", 3), "abcabc".rfind("a"), "abcabc".find("z"), "abcabc".index("b", 2), "abcabc".rindex("b"), "abcabc".count("bc"), "abcabc".find("a", 1, 3), "abcabc".count("a", 1))
    print("hello".startswith("he"), "hello".startswith("l", 2), "hello".endswith(("lo", "x")), "hello".endswith("ll", 0, 4), "hello".startswith(("x", "h")))
    print("Hello World".swapcase(), "ß".upper(), "HELLO".casefold(), "tab\tto".expandtabs(4), "x".center(5, "*"), "7".zfill(3), "-7".zfill(4))
    print("abc123".isalnum(), "abc".isalpha(), "123".isdigit(), "12.3".isdigit(), "123".isnumeric(), "123".isdecimal(), "  ".isspace(), "abc".islower(), "".isalnum(), "a b".isalnum())
    print("abc"[::-1], "abcdef"[1:5:2], "abc" * 2, "b" in "abc", "abc" < "abd", max("hello"), sorted("hello"), "".join(sorted(set("hello"))))
    print(ord("a"), chr(98), [chr(ord("a") + i) for i in range(5)], "a" "b", 'it\'s', "tab\\t", r"raw\n", """triple "quoted" text""")
    counts = {}
    for c in "mississippi":
        counts[c] = counts.get(c, 0) + 1
    print(counts, sorted(counts.items(), key=lambda kv: (-kv[1], kv[0])), max(counts, key=counts.get))
    caesar = "".join(chr((ord(c) - 97 + 3) % 26 + 97) if c.isalpha() else c for c in "attack at dawn")
    print(caesar, "".join(chr((ord(c) - 97 - 3) % 26 + 97) if c.isalpha() else c for c in caesar))
    print(f"{'left':<10}|{'right':>10}|{'mid':^10}|{3.14159:.3f}|{42:08b}|{1234567:,}|{0.5:.0%}|{'x':*^7}|{True!s:>6}")
    width, value = 10, 3.14159
    print(f"{value:{width}.2f}|{value=}|{value=:.1f}|{'nested ' + str({'a': 1}['a'])}|{[1, 2]!r}")
    print("%-10s|%5.1f|%03d" % ("name", 2.25, 7), "{:>6}|{:<6}|{n}".format("a", "b", n=3))
    print("ünïcödé".upper(), len("héllo"), "héllo".find("l"), "日本語"[1], "naïve".replace("ï", "i"), "e" < "é")
    print(repr("it's"), repr('say "hi"'), repr("both ' and \""), repr("new\nline"), str(None), repr("\x00\u200b"))
    print("a".join(["1", "2", "3"]), ",".join(map(str, range(4))), ", ".join(f"{k}={v}" for k, v in {"a": 1, "b": 2}.items()))
    try:
        "abc".index("z")
    except ValueError as e:
        print(e)
    try:
        "abc" + 1
    except TypeError as e:
        print(e)
    try:
        int("12a")
    except ValueError as e:
        print(e)
    print(" ".join(w[::-1] for w in "reverse each word".split()), "racecar" == "racecar"[::-1], "strip-me--".strip("-"), "xxhixx".lstrip("x"), "prefix-x".removeprefix("prefix-"))


run(main)
