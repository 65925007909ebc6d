"""A whole small program: a number is guessed by halving."""
from interleave import *


def guess(secret, low, high):
    tries = []
    while low <= high:
        middle = (low + high) // 2
        tries.append(middle)
        if middle == secret:
            break
        if middle < secret:
            low = middle + 1
        else:
            high = middle - 1
    return tries


def main():
    for secret in (1, 50, 77, 100):
        tries = guess(secret, 1, 100)
        print(f"{secret:>3}: {len(tries)} tries, {' '.join(map(str, tries))}")


run(main)
