"""else of while and for runs unless break ended the loop."""
from interleave import *


def main():
    for limit in (3, 10):
        n = 0
        while n < 5:
            if n == limit:
                break
            n += 1
        else:
            print("no break", limit)
    for n in range(2, 20):
        for d in range(2, n):
            if n % d == 0:
                break
        else:
            print(n, end=" ")
    print()


run(main)
