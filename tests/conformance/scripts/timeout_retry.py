"""A retry loop with growing patience."""
# order: free, since how often main runs while wait_for() gives up is not the same in CPython 3.11 and 3.12
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
