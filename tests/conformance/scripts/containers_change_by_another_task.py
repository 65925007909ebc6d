"""A task goes through a dict while another one changes it."""
from interleave import *

seen = {"a": 1, "b": 2, "c": 3}


async def reader():
    try:
        for key in seen:
            print("read", key)
            await sleep(10 * ms)
    except RuntimeError as e:
        print("reader:", e)


async def writer():
    await sleep(15 * ms)
    seen["d"] = 4
    print("wrote")


async def main():
    await gather(reader(), writer())


run(main)
