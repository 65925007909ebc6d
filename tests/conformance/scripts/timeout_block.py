"""async with timeout(): what is inside is cut off."""
from interleave import *


async def main():
    async with timeout(50 * ms):
        await io(10 * ms)
        print("in time")
    try:
        async with timeout(20 * ms):
            print("waiting")
            await io(1 * s)
            print("never")
    except TimeoutError:
        print("timeout")
    await io(10 * ms)
    print("end")


run(main)
