"""A retry loop with growing patience."""
from interleave import *


async def service(attempt):
    await io((40 - 10 * attempt) * ms)
    return f"answer after {attempt} failures"


async def main():
    for attempt in range(4):
        patience = (5 + 10 * attempt) * ms
        try:
            print(await wait_for(service(attempt), patience))
            break
        except TimeoutError:
            print("no answer within", patience)


run(main)
