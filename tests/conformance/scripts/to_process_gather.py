"""Several calls at once, from tasks that wait for them; one fails, and the others' results are there."""
# on: serial loop threads gil stealing processes
# clock: real
from interleave import *


def half(n):
    compute(1 * ms)
    if n % 2:
        raise ValueError(f"{n} is odd")
    return n // 2


async def ask(n):
    try:
        return await to_process(half, n)
    except ValueError as error:
        return str(error)


async def main():
    print(await gather(*[ask(n) for n in range(6)]))
    print(await gather(to_process(half, 10), to_process(half, 20)))
    print(await wait_for(to_process(half, 8), 30 * s))


run(main)
