"""wait_for and timeout on threads."""
# on: serial loop threads gil stealing
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
