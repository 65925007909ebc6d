"""break and continue in nested loops."""
from interleave import *


def main():
    for i in range(4):
        if i == 1:
            continue
        for j in range(4):
            if j == i:
                continue
            if j > 2:
                break
            print(i, j, end="; ")
    print()
    n = 0
    while True:
        n += 1
        if n % 2:
            continue
        if n > 6:
            break
        print(n, end=" ")
    print("end", n)


run(main)
