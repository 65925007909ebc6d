"""numbers(..., shared=True) is a list as any other; what goes to another process is where it lies."""
# on: serial loop threads gil stealing processes
# clock: real
from interleave import *

prepare_numbers(1000, shared=True)


def total(values):
    return sum(values)


def ends(values):
    return values[0], values[-1], len(values), values[2:5]


async def add(values):
    return total(values)


async def main():
    part = numbers(100, 200, shared=True)
    print(len(part), part[0], part[-1], sum(part), 150 in part, 200 in part)
    print(part[10:13], [n for n in part if n % 33 == 0])
    print(list(part) == list(range(100, 200)), numbers(5, 8, shared=False), numbers(5, 8, shared=True))
    print(await gather(add(numbers(0, 500, shared=True)), add(numbers(500, 1000, shared=True))))
    print(await to_process(total, part), await to_process(ends, part))
    longer = numbers(900, 5000, shared=True)     # more than was prepared
    print(sum(longer), await to_process(total, longer), await to_process(ends, longer))
    print(len(numbers(3, 3, shared=True)), await to_process(len, numbers(3, 3, shared=True)))


run(main)
