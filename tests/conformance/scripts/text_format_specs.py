"""Format specifications for numbers."""
from interleave import *


def main():
    for spec in ("d", "5d", "-5d", "+d", "05d", "<5d", "^5d", ">5d", ",", "x", "X", "b", "o", "#x", "#b", "08b", "_"):
        print(spec, f"[{1234:{spec}}]", f"[{-1234:{spec}}]")
    for spec in ("f", ".0f", ".3f", "e", ".2e", "g", ".3g", "10.2f", "+.1f", "%", ".1%", ",.2f", "012.3f"):
        print(spec, f"[{1234.5678:{spec}}]", f"[{-0.00012345:{spec}}]")


run(main)
