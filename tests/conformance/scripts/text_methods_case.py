"""upper, lower, title, capitalize and the questions about letters."""
from interleave import *


def main():
    for text in ("hello world", "HELLO", "They're 2nd", "mixed Case", ""):
        print(text.upper(), text.lower(), text.title(), text.capitalize(), sep="|")
    print("abc".isalpha(), "ab1".isalpha(), "123".isdigit(), "".isdigit(), "x".isupper() if False else "-")
    print("abc".startswith("ab"), "abc".endswith("bc"), "abc".startswith(("x", "a")), "b" in "abc", "z" not in "abc")


run(main)
