"""What is ready when main ends has one more turn; what it would wait for after that does not come."""
# on: serial loop
from interleave import *


async def late(name, turns):
    print(name, "begins")
    try:
        for i in range(turns):
            await io(0 * ms)
            print(name, i)
        await io(1 * s)
        print(name, "never says this")
    except CancelledError:
        print(name, "is cancelled")
        raise


async def main():
    spawn(late("a", 3))
    await io(0 * ms)
    spawn(late("b", 0))
    spawn(late("c", 0))
    print("main ends")


run(main)
