"""The game of life on a small torus."""
from interleave import *


def step_on(board):
    h, w = len(board), len(board[0])

    def neighbours(y, x):
        return sum(board[(y + dy) % h][(x + dx) % w] for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (dy, dx) != (0, 0))
    return [[1 if neighbours(y, x) == 3 or (board[y][x] and neighbours(y, x) == 2) else 0 for x in range(w)] for y in range(h)]


def main():
    board = [[0] * 6 for _ in range(6)]
    for y, x in ((0, 1), (1, 2), (2, 0), (2, 1), (2, 2)):
        board[y][x] = 1
    for generation in range(4):
        board = step_on(board)
    for row in board:
        print("".join(".#"[cell] for cell in row))


run(main)
