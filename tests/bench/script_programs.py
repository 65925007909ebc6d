"""What script_bench.cpp times, here and under CPython (which runs this file with a name and a number): each does so much of one
thing that its start does not count. A function ends with something that says whether it did its work."""
import sys
import time


class Particle:
    def __init__(self, x, v):
        self.x = x
        self.v = v
        self.hits = 0

    def move(self, dt):
        self.x = self.x + self.v * dt
        if self.x > 100.0:
            self.x = 0.0
            self.hits += 1


class Node:
    def __init__(self, value, next):
        self.value = value
        self.next = next


def integers(n):
    total = 0
    for i in range(n):
        total = (total * 3 + i) % 1000003
    return total


def floats(n):
    x = 0.5
    for _ in range(n):
        x = 3.7 * x * (1.0 - x)
    return 0.0 <= x <= 1.0


def while_loop(n):
    steps, x = 0, 27
    while steps < n:
        x = x // 2 if x % 2 == 0 else 3 * x + 1
        if x == 1:
            x = 27
        steps += 1
    return x


def calls(n):
    def fib(k):
        return k if k < 2 else fib(k - 1) + fib(k - 2)

    total = 0
    for _ in range(n // 10000):
        total += fib(18)
    return total


def lists(n):
    numbers = [(i * 7919) % 10007 for i in range(n)]
    numbers.sort()
    total = 0
    for i in range(0, n, 2):
        total += numbers[i] - numbers[-1 - i]
    return total + len([x for x in numbers if x % 3 == 0])


def dictionaries(n):
    counts = {}
    for i in range(n):
        key = i * i % 997
        counts[key] = counts.get(key, 0) + 1
    return sum(counts.values())


def strings(n):
    words = []
    for i in range(n):
        words.append(f"{i % 100:>4}:{i}")
    return len(",".join(words))


def objects(n):
    some = [Particle(i * 1.0, i * 0.5) for i in range(100)]
    for _ in range(n // 100):
        for p in some:
            p.move(0.1)
    return sum([p.hits for p in some]) > 0


def linked_nodes(n):
    head = None
    for i in range(1000):
        head = Node(i, head)
    total = 0
    for _ in range(n // 1000):
        node = head
        while node is not None:
            total += node.value
            node = node.next
    return total


def closures(n):
    def counter():
        count = 0

        def next():
            nonlocal count
            count += 1
            return count

        return next

    up = counter()
    double = lambda x: x * 2
    total = 0
    for _ in range(n):
        total += double(up())
    return total


def exceptions(n):
    def half(x):
        if x % 2:
            raise ValueError("odd")
        return x // 2

    good = 0
    for i in range(n):
        try:
            half(i)
            good += 1
        except ValueError:
            pass
    return good


def comprehensions(n):
    rows = [[x * y for x in range(10)] for y in range(n // 10)]
    big = {y: sum(row) for y, row in enumerate(rows) if row[1] % 2}
    return sum(v for v in big.values()) + len({x % 100 for row in rows for x in row})


def sorting(n):
    people = [{"name": f"n{i * 7919 % 1009}", "age": i * 31 % 97} for i in range(n)]
    by_age = sorted(people, key=lambda p: (p["age"], p["name"]))
    people.sort(key=lambda p: p["name"], reverse=True)
    return by_age[0]["age"] + people[0]["age"] + max(people, key=lambda p: p["age"])["age"]


def records(n):
    accounts = {f"a{i}": {"balance": 100, "moves": 0} for i in range(100)}
    for i in range(n):
        a = accounts[f"a{i % 100}"]
        a["balance"] += i % 7
        a["moves"] += 1
    return sum([a["balance"] for a in accounts.values()])


def words(n):
    text = "the quick brown fox jumps over the lazy dog and the cat " * (n // 12)
    counts = {}
    for word in text.split():
        word = word.strip().upper()
        if word not in counts:
            counts[word] = 0
        counts[word] += 1
    line = ""
    for name, count in sorted(counts.items()):
        line += name + "=" + str(count) + ";"
    return len(line)


def matrices(n):
    size = 20
    a = [[(i + j) % 10 for j in range(size)] for i in range(size)]
    total = 0
    for _ in range(n // (size * size * size)):
        c = [[0] * size for _ in range(size)]
        for i in range(size):
            for j in range(size):
                s = 0
                for k in range(size):
                    s += a[i][k] * a[k][j]
                c[i][j] = s
        total += c[3][4]
    return total


def primes(n):
    sieve = [True] * (n + 1)
    found = 0
    for i in range(2, n + 1):
        if sieve[i]:
            found += 1
            for j in range(i * i, n + 1, i):
                sieve[j] = False
    return found


def generators(n):
    def numbers():
        for i in range(n):
            yield i

    def odd(source):
        for x in source:
            if x % 2:
                yield x

    return sum(odd(numbers()))


def sends(n):
    def adder():
        total = 0
        while True:
            total += yield total

    it = adder()
    next(it)
    for i in range(n):
        it.send(i)
    return it.send(0)


if __name__ == "__main__":
    function = globals()[sys.argv[1]]
    begin = time.process_time_ns()
    result = function(int(sys.argv[2]))
    print(time.process_time_ns() - begin, result)
