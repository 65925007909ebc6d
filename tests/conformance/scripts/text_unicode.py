"""Text counts characters, not bytes."""
from interleave import *


def main():
    t = "naïve café 日本 🙂"
    print(len(t), t[::-1], t.upper(), t.find("日"), t[-1], ord("é"), chr(8364))
    for c in "é🙂":
        print(c, ord(c), len(c), repr(c))
    print("ß".upper(), "É".lower(), sorted(["b", "ä", "a"]))


run(main)
