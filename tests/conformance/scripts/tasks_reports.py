"""Timeouts, cancellation, clean-up, and what is reported."""
# on: loop
from interleave import *


async def job(name, t, fail=False):
    try:
        await sleep(t)
        if fail:
            raise RuntimeError(f"{name} failed")
        return name
    except CancelledError:
        print(name, "cancelled")
        await sleep(1 * ms)
        print(name, "cleaned up")
        raise
    finally:
        print(name, "over")


async def first_of(*coros):
    tasks = [spawn(c) for c in coros]
    done = Event()
    winner = []

    async def watch(t):
        try:
            winner.append(await t)
        except RuntimeError as e:
            winner.append(str(e))
        done.set()
    watchers = [spawn(watch(t)) for t in tasks]
    await done.wait()
    for t in tasks:
        t.cancel()
    await gather(*tasks, *watchers, return_exceptions=True)
    return winner[0]


async def main():
    print(await first_of(job("slow", 50 * ms), job("quick", 5 * ms)))
    try:
        await wait_for(job("late", 100 * ms), 10 * ms)
    except TimeoutError:
        print("timed out")
    try:
        async with timeout(10 * ms):
            await gather(job("a", 100 * ms), job("b", 100 * ms))
    except TimeoutError:
        print("both timed out")
    results = await gather(job("ok", 2 * ms), job("bad", 1 * ms, fail=True), return_exceptions=True)
    print([str(r) if isinstance(r, Exception) else r for r in results])
    try:
        await gather(job("x", 20 * ms), job("y", 5 * ms, fail=True))
    except RuntimeError as e:
        print("gather said:", e)
    await sleep(30 * ms)
    t = spawn(job("t", 10 * ms))
    print(t.done())
    await sleep(1 * ms)
    print(t.cancel(), t.cancel(), t.done())
    try:
        await t
    except CancelledError:
        print("awaited a cancelled task", t.cancelled(), t.done(), t.cancel())
    ok = spawn(job("fine", 1 * ms))
    await ok
    print(ok.result(), ok.exception(), ok.cancelled())
    bad = spawn(job("broken", 1 * ms, fail=True))
    await sleep(5 * ms)
    print(repr(bad.exception()), bad.done())
    try:
        bad.result()
    except RuntimeError as e:
        print("result raised", e)
    for limit in (5 * ms, None):
        try:
            print(await wait_for(job("limited", 10 * ms), limit))
        except TimeoutError as e:
            print("TimeoutError", str(e) == "")


run(main)
