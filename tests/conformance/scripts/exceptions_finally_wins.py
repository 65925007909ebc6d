"""return in finally replaces what was under way; break and continue run it."""
from interleave import *


def f():
    try:
        return "try"
    finally:
        print("cleanup")


def g():
    try:
        raise ValueError
    finally:
        return "finally"


def h():
    for i in range(3):
        try:
            if i == 1:
                continue
            if i == 2:
                break
            print("body", i)
        finally:
            print("finally", i)
    return "out"


def main():
    print(f(), g(), h())


run(main)
