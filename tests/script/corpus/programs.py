from interleave import *

# Programs as people write them: primes, words, matrices, a bank, collatz, a binary search.
def primes(limit):
    sieve = [True] * (limit + 1)
    found = []
    for n in range(2, limit + 1):
        if not sieve[n]:
            continue
        found.append(n)
        for multiple in range(n * n, limit + 1, n):
            sieve[multiple] = False
    return found

def words(text):
    counts = {}
    for word in text.lower().split():
        word = word.strip(".,!")
        counts[word] = counts.get(word, 0) + 1
    return sorted([(-n, w) for w, n in counts.items()])[:3]

def product(a, b):
    return [[sum(a[i][k] * b[k][j] for k in range(len(b))) for j in range(len(b[0]))] for i in range(len(a))]

def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps

def find(items, wanted):
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        if items[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low if low < len(items) and items[low] == wanted else -1

def gcd(a, b):
    while b:
        a, b = b, a % b
    return a

def mean_and_deviation(values):
    mean = sum(values) / len(values)
    return round(mean, 3), round((sum((v - mean) ** 2 for v in values) / len(values)) ** 0.5, 3)

def hanoi(n, a="A", b="B", c="C"):
    if n == 0:
        return []
    return hanoi(n - 1, a, c, b) + [a + c] + hanoi(n - 1, b, a, c)

for i in range(1, 16):
    print("FizzBuzz" if i % 15 == 0 else "Fizz" if i % 3 == 0 else "Buzz" if i % 5 == 0 else i)
print(primes(50))
print(words("The cat and the dog. The dog and the bird, and the sun!"))
print(product([[1, 2], [3, 4]], [[5, 6], [7, 8]]))
print([collatz(n) for n in (1, 7, 27, 97)])
print([find([1, 3, 5, 7, 9], n) for n in range(0, 11)])
print(gcd(1071, 462), gcd(2 ** 40, 6 ** 10))
print(mean_and_deviation([2, 4, 4, 4, 5, 5, 7, 9]), mean_and_deviation([0.1, 0.2, 0.4]))
print(hanoi(3))
balance = {"ann": 100, "bob": 50}
for who, what in [("ann", -30), ("bob", 20), ("eve", 5)]:
    balance[who] = balance.setdefault(who, 0) + what
print(balance, sum(balance.values()), max(balance.values()), sorted(balance))
table = [f"{name:<6}|{amount:>8.2f}|{amount / sum(balance.values()):6.1%}" for name, amount in balance.items()]
for line in table:
    print(line)
triangle = [[1]]
while len(triangle) < 6:
    last = triangle[-1]
    triangle.append([1] + [a + b for a, b in zip(last, last[1:])] + [1])
print(triangle)
print("".join(chr(ord("a") + (ord(c) - ord("a") + 13) % 26) if c.isalpha() else c for c in "hello, world"))
print([p for p in primes(30) if all(p % q for q in primes(5))], any(p % 7 == 0 for p in primes(20)))
matrix = [[0] * 4 for _ in range(3)]
for i in range(3):
    for j in range(4):
        matrix[i][j] = i * j
print(matrix, [list(column) for column in zip(*matrix)])
total = 0
for i in range(10):
    if i == 3: continue
    for j in range(10):
        if j > i: break
        total += i * j
    else:
        total += 1000
print(total)
