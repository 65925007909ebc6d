"""wait_for and timeout on threads."""
# order: free, since how often main runs while wait_for() gives up is not the same in CPython 3.11 and 3.12
# on: serial loop threads gil stealing processes
from interleave import *


async def slow():
    await io(5 * s)


async def main():
    try:
        await wait_for(slow(), 5 * ms)
    except TimeoutError:
        print("wait_for")
    try:
        async with timeout(5 * ms):
            await io(5 * s)
    except TimeoutError:
        print("timeout")


run(main)
