"""repr() chooses quotes and escapes."""
from interleave import *


def main():
    for text in ("plain", "it's", 'say "hi"', "both ' and \"", "tab\tnew\nline", "back\\slash", "", "é ü €", "\x00\x1f"):
        print(repr(text), len(text))
    print(["a'b", "c"], ("x",), {"k": "v"})
    print("a" "b" 'c', r"raw\n", "multi\
line")
    print("""three
lines
here""")


run(main)
