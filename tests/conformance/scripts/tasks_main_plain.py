"""main may be a plain function; what is printed before run() counts."""
from interleave import *

print("top level")
values = [n * n for n in range(4)]


def main():
    print("main", values)


run(main)
