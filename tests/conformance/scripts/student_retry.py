"""Retry with backoff, as a decorator with arguments."""
# on: serial loop threads stealing
from interleave import *


class Unavailable(ConnectionError):
    pass


def retry(times=3, wait=2 * ms, on=(Unavailable,)):
    def decorate(function):
        async def wrapper(*args, **kwargs):
            pause = wait
            for attempt in range(1, times + 1):
                try:
                    return await function(*args, **kwargs)
                except on as error:
                    log.append(f"{function.__name__} attempt {attempt}: {error}")
                    if attempt == times:
                        raise RuntimeError(f"gave up after {times}") from error
                    await sleep(pause)
                    pause *= 2
        wrapper.__name__ = function.__name__
        return wrapper
    return decorate


log = []
calls = {"flaky": 0, "dead": 0}


@retry(times=4)
async def flaky(limit, *, suffix=""):
    calls["flaky"] += 1
    await io(1 * ms)
    if calls["flaky"] < limit:
        raise Unavailable(f"try {calls['flaky']}")
    return "fine" + suffix


@retry(2, on=(Unavailable, KeyError))
async def dead():
    calls["dead"] += 1
    return {}["key"]


async def main():
    print(await flaky(3, suffix="!"))
    try:
        await dead()
    except RuntimeError as error:
        print(error, "<-", type(error.__cause__).__name__, error.__cause__)
    for line in log:
        print(line)
    print(calls)


run(main)
