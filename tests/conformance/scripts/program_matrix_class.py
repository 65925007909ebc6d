"""A matrix with powers."""
from interleave import *


class Matrix:
    def __init__(self, rows):
        self.rows = [list(r) for r in rows]
        if len({len(r) for r in self.rows}) > 1:
            raise ValueError("ragged")

    @classmethod
    def identity(cls, n):
        return cls([[int(i == j) for j in range(n)] for i in range(n)])

    @property
    def shape(self): return len(self.rows), len(self.rows[0])
    @property
    def T(self): return Matrix(zip(*self.rows))
    def __getitem__(self, at):
        i, j = at
        return self.rows[i][j]
    def __setitem__(self, at, v):
        i, j = at
        self.rows[i][j] = v
    def __eq__(self, other): return isinstance(other, Matrix) and self.rows == other.rows
    def __mul__(self, other):
        if isinstance(other, Matrix):
            return Matrix([[sum(a * b for a, b in zip(r, c)) for c in zip(*other.rows)] for r in self.rows])
        return Matrix([[x * other for x in r] for r in self.rows])
    def __pow__(self, n):
        result, base = Matrix.identity(len(self.rows)), self
        while n:
            if n & 1:
                result = result * base
            base, n = base * base, n >> 1
        return result
    def __str__(self): return "\n".join(" ".join(f"{x:>4}" for x in r) for r in self.rows)
    def __iter__(self): return (x for r in self.rows for x in r)


async def main():
    m = Matrix([[1, 1], [1, 0]])
    print(m ** 30)
    print(m.T == m, m.shape, (m * 3)[0, 1], list(m), max(m))
    m[1, 1] = 5
    print(m * Matrix.identity(2) == m, m)
    try:
        Matrix([[1], [1, 2]])
    except ValueError as e:
        print(e)


run(main)
