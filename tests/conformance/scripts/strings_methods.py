"""Methods of texts."""
from interleave import *


async def main():
    s = "  Hello, World  "
    print(repr(s.strip()), repr(s.lstrip()), repr(s.rstrip()))
    t = s.strip()
    print(t.lower(), t.upper(), t.swapcase(), t.title(), t.capitalize(), t.casefold())
    print(t.startswith("Hell"), t.endswith(("x", "ld")), t.find("o"), t.rfind("o"), t.find("z"), t.index("W"), t.count("l"))
    print(t.replace("l", "L"), t.replace("l", "L", 1), t.partition(", "), t.rpartition("o"), t.partition("#"))
    print("a,b,,c".split(","), "a b  c ".split(), "a b c".split(None, 1), "a,b,c".rsplit(",", 1), "x\ny\r\nz".splitlines())
    print("-".join(["a", "b"]), "abc".center(9, "*"), "abc".ljust(5) + "|", "abc".rjust(5), "42".zfill(5), "-42".zfill(5))
    print("abc".isalpha(), "ab1".isalnum(), "12".isdigit(), " ".isspace(), "Ab".isupper(), "AB".isupper(), "ab".islower())
    print("prefix-name".removeprefix("prefix-"), "file.py".removesuffix(".py"))
    print("a\tb".expandtabs(4), "ab" * 3, "abc"[::-1], "abcdef"[1:5:2], "abc" < "abd", "b" in "abc", max("hello"), sorted("hello"))
    print("%s is %d years and %.2f" % ("Bob", 42, 3.14159), "%05d|%-5s|%5s|%x|%%" % (42, "a", "b", 255))
    print("{0} {1} {0} {name:>5}".format("a", "b", name="c"))
    print(ord("a"), chr(98), "é".upper(), len("naïve"))
    print("Aa".join("xyz"))


run(main)
