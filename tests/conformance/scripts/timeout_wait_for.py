"""wait_for gives up, cancels, and raises TimeoutError."""
# order: free, since how often main runs while wait_for() gives up is not the same in CPython 3.11 and 3.12
from interleave import *


async def slow(n):
    try:
        await io(n * ms)
        return f"slow {n}"
    except CancelledError:
        print("slow was cancelled")
        raise


async def main():
    print(await wait_for(slow(5), 20 * ms))
    try:
        await wait_for(slow(50), 20 * ms)
    except TimeoutError:
        print("timeout")
    print(await wait_for(slow(1), None))


run(main)
