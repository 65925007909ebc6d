"""What a task says of itself before and after its end."""
# order: free, since a gather in a gather is a task here
from interleave import *


async def work(n):
    await sleep(n * ms)
    if n == 3:
        raise LookupError(f"no {n}")
    return n * n


async def main():
    tasks = [spawn(work(n)) for n in range(5)]
    try:
        tasks[2].result()
    except InvalidStateError as e:
        print("InvalidStateError", e)
    await sleep(10 * ms)
    for t in tasks:
        try:
            print(t.done(), t.result())
        except LookupError as e:
            print(t.done(), repr(e), repr(t.exception()))
    total = 0
    for t in tasks:
        if not t.exception():
            total += await t
    print(total)
    order = []

    async def log(name, pause):
        await sleep(pause)
        order.append(name)
        return name
    print(await gather(log("slow", 5 * ms), log("fast", 1 * ms), log("mid", 3 * ms)), order)
    print(await gather(), await gather(work(1)), await gather(*[work(i) for i in (2, 1)]))
    nested = await gather(gather(work(1), work(2)), work(0))
    print(nested)


run(main)
