from interleave import *
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
def f(a, b=2, c="x"):
    return a, b, c
def nothing(): pass
def early(n):
    for i in range(10):
        for j in range(10):
            if i * j == n: return i, j
    return None
K = 10
def reads(): return K + 1
def shadow():
    K = 5
    return K
def deflist(x, acc=[]):
    acc.append(x)
    return acc
def typed(a: int, b: "str" = "q") -> int:
    v: int = a
    return v
def many(a, b, c, d, e): return a + b + c + d + e
async def child(i, delay=1 * ms):
    await io(delay)
    return i * i
async def chain(n):
    if n == 0: return 0
    return 1 + await chain(n - 1)
async def inner(): return "inner"
def gives(): return inner()
async def main():
    print(fib(15), f(1), f(1, 3), f(1, c="z"), f(c=1, a=2), f(*[1, 2]), f(*(1,), b=5), nothing(), early(12), early(97), reads(), shadow())
    print(deflist(1), deflist(2), typed(3), many(*range(5)), many(1, *[2, 3], 4, 5), many(1, 2, 3, *[4, 5]))
    print(await child(3), await gather(*[child(i) for i in range(4)]), await chain(50))
    t = spawn(child(7))
    print(await t, await gather(t, child(2)), await gather(), await gather(io(1 * ms), child(1)))
    c = child(5)
    print(await c, await gives())
    r = [await child(i) for i in range(3)]
    print(r, await request(5 * ms, 256), await request(5 * ms, size=10), await io(1 * ms), compute(2 * ms), block(1 * ms), await step())
    print(sum_range(0, 101), sum(numbers(0, 101)), len(numbers(3, 7)), numbers(3, 7), numbers(3, 9)[2:4], workers(), cores())
    total = 0
    for v in numbers(0, 5): total += v
    x = await child(3) + 1 if await inner() == "inner" else 0
    print(total, x, -await child(2), [await child(1)], (await child(2)) ** 2)
    assert total == 10, "sum"
    k = [0]
    while k[0] < 3: k[0] += await child(1)
    print(k)
if __name__ == "__main__":
    print("module", K)
run(main)
