"""An exception that nobody catches ends the run; what was printed stays."""
from interleave import *


def main():
    print("before")
    try:
        raise LookupError("nobody catches this")
    finally:
        print("cleanup")
    print("never")


run(main)
