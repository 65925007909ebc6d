"""A decorator that tries again, later and later."""
from interleave import *


def retrying(times, pause=1 * ms, on=(Exception,)):
    def wrap(f):
        async def inner(*args, **kw):
            wait = pause
            for attempt in range(times):
                try:
                    return await f(*args, **kw)
                except on as e:
                    if attempt == times - 1:
                        raise RuntimeError(f"{f.__name__} failed {times} times") from e
                    print(f"{f.__name__}: {type(e).__name__}, again in {wait}")
                    await sleep(wait)
                    wait *= 2
        inner.__name__ = f.__name__
        return inner
    return wrap


calls = {}


@retrying(3, on=(ConnectionError, TimeoutError))
async def fetch(name, fails):
    calls[name] = calls.get(name, 0) + 1
    if calls[name] <= fails:
        raise ConnectionError(name)
    return f"{name} after {calls[name]}"


async def main():
    print(await gather(fetch("a", 0), fetch("b", 1)))
    try:
        await fetch("c", 9)
    except RuntimeError as e:
        print(e, "|", repr(e.__cause__), calls)


run(main)
