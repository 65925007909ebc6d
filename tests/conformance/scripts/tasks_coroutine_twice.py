"""A coroutine can be awaited once; a task as often as one likes."""
from interleave import *


async def once():
    return "value"


async def main():
    c = once()
    print(await c)
    try:
        await c
    except RuntimeError as e:
        print("RuntimeError:", e)


run(main)
