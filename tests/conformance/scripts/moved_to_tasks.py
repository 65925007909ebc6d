"""What a task of another process was sent is no longer here; in one memory it is simply handed over."""
# on: processes
# clock: real
from interleave import *


async def add(values):
    return sum(values)


async def twice(a, b):
    return sum(a) + sum(b)


async def main():
    part = numbers(0, 1000, moved=True)
    print(await gather(add(part)))
    try:
        print(sum(part))
    except RuntimeError as e:
        print(e)
    print(part)
    try:
        await gather(add(part))
    except TypeError as e:
        print("again:", e)
    inside = [numbers(0, 3, moved=True), "text"]
    print(await gather(twice(inside[0], inside[0])), inside)
    task = spawn(add(numbers(0, 100_000, moved=True)))
    print(await task, await wait_for(add(numbers(0, 4, moved=True)), 5 * s))
    for value in numbers(0, 3, moved=True):
        print(value)
    walked = numbers(0, 3, moved=True)
    try:
        for value in walked:
            print(value, await gather(add(walked)))
    except RuntimeError as e:
        print("in the middle:", e)


run(main)
