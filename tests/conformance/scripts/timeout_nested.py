"""The inner timeout ends first; the outer goes on."""
from interleave import *


async def main():
    try:
        async with timeout(50 * ms):
            try:
                async with timeout(10 * ms):
                    await io(1 * s)
            except TimeoutError:
                print("inner")
            await io(10 * ms)
            print("still in time")
            await io(1 * s)
    except TimeoutError:
        print("outer")


run(main)
