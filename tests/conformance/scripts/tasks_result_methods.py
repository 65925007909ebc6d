"""done(), result(), exception(), cancelled()."""
from interleave import *


async def value():
    await io(1 * ms)
    return 42


async def bad():
    await io(1 * ms)
    raise ValueError("v")


async def main():
    a, b = spawn(value()), spawn(bad())
    print(a.done(), b.done())
    try:
        a.result()
    except InvalidStateError:
        print("no result yet")
    await gather(a, b, return_exceptions=True)
    print(a.done(), a.result(), a.exception(), a.cancelled())
    print(b.done(), b.exception(), b.cancelled())
    try:
        b.result()
    except ValueError as e:
        print("result raises", e)


run(main)
