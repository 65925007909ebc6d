"""A task cancels itself and then blocks: it hears of that at its next wait."""
# on: loop threads gil stealing
from interleave import *

itself = []


async def cancels_itself():
    await io(1 * ms)
    itself[0].cancel()
    block(5 * ms)
    await io(1 * ms)


async def main():
    itself.append(spawn(cancels_itself()))
    try:
        await itself[0]
    except CancelledError:
        print("cancelled")
    print("done")


run(main)
