"""What still runs when main ends is cancelled and may clean up."""
# on: loop
from interleave import *


async def forever(name):
    try:
        while True:
            await io(10 * ms)
    finally:
        print(name, "cleans up")


async def main():
    a = spawn(forever("a"))
    b = spawn(forever("b"))
    await io(25 * ms)
    print("main ends")


run(main)
