"""Times: arithmetic, comparison, how they are shown, and requests that take them."""
from interleave import *


def attempt(f):
    try:
        print(f())
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)


async def main():
    print(ns, us, ms, s, 5 * ms, ms * 5, 1.5 * s, 0 * ms, 250 * us, 3 * ns)
    print(1 * s + 500 * ms, 500 * ms + 1 * s, 1 * s - 1 * ms, 10 * ms / 4, 10 * ms // 3, 10 * ms % (3 * ms), -(5 * ms), abs(-5 * ms), +(2 * s))
    print(1 * s / (250 * ms), 1 * s // (300 * ms), (40 * ms) / (1 * s), 2 * (3 * ms) * 2, sum([1 * ms, 2 * ms, 3 * ms]), sum([], 0 * ms), sum([1 * s]))
    print(1 * s == 1000 * ms, 1 * s != 999 * ms, 5 * ms < 6 * ms, 1 * us >= 1000 * ns, max(3 * ms, 1 * s, 20 * us), min([5 * ms, 4000 * us]), sorted([1 * s, 3 * ms, 2 * us]), 5 * ms > 0, 0 * ms == 0, 5 * ms == 5)
    print(bool(0 * ms), bool(1 * ns), hash(1 * s) == hash(1000 * ms), len({1 * s, 1000 * ms}), {5 * ms: "five"}[5000 * us], 5 * ms in [5000 * us])
    print(f"{20 * ms} {20 * ms:>8}|{1.25 * s:<10}|{7 * us!r}|{2 * ms!s:^8}|", str(3 * s), repr(0.5 * ms), "%s" % (9 * ms), "{}".format(1 * ns), [1 * ms, (2 * s,)], sep=" ")
    print(0.1 * s, 1 / 3 * s, 1.0 * ms, 1_000 * us, 0.0000001 * s, 2.5 * ns, 1e-3 * s, 100 * ms * 0.5, 7 * ms / 2, 1 * s / 3)
    t = 10 * ms
    t += 5 * ms
    t *= 2
    t -= 1 * ms
    t /= 2
    print(t, t * 2 == 29 * ms, isinstance(t, int), 0 + 5 * ms, 5 * ms - 0)

    attempt(lambda: 5 * ms + 1)
    attempt(lambda: 1 + 5 * ms)
    attempt(lambda: 5 * ms * (2 * ms))
    attempt(lambda: 5 / (2 * ms))
    attempt(lambda: 5 * ms < 3)
    attempt(lambda: 5 * ms / "2")
    attempt(lambda: "a" + 5 * ms)
    for bad in (5, 2.5, "5 ms", None, [5 * ms]):
        for name, operation in (("io", lambda t: io(t)), ("compute", lambda t: compute(t)), ("block", lambda t: block(t))):
            try:
                operation(bad)
                print(f"{name} takes {bad}")
            except TypeError as e:
                print(e)
    for operation in (io, sleep, compute, block, timeout, request):
        try:
            operation(-1 * ms)
        except ValueError as e:
            print(e)
    waiting = spawn(io(1 * ms))
    try:
        await wait_for(waiting, 5)
    except TypeError as e:
        print(e)
    try:
        await wait_for(waiting, -1 * ms)
    except ValueError as e:
        print(e)
    print(await waiting)
    await sleep(2 * ms)
    await sleep(0)
    await io(0 * s)
    print(await io(1 * ms), await sleep(1 * ms), await step(), compute(1 * ms), block(1 * ms))

    async def fetch(latency, size):
        return await request(latency, size)
    print(await fetch(5 * ms, 0), await request(2 * ms), await request(1 * ms, size=1000))
    order = []

    async def visit(name, latency):
        await request(latency, 10)
        order.append(name)
    await gather(visit("slow", 120 * ms), visit("quick", 5 * ms), visit("middle", 60 * ms))
    print(order)
    try:
        async with timeout(30 * ms):
            await request(900 * ms)
    except TimeoutError:
        print("no answer in time")


run(main)
