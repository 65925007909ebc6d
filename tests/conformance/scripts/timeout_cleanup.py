"""finally runs when a timeout cuts a block off."""
# order: free, since how often main runs while wait_for() gives up is not the same in CPython 3.11 and 3.12
from interleave import *


async def careful(log):
    try:
        await io(1 * s)
    finally:
        log.append("cleanup")


async def main():
    log = []
    try:
        async with timeout(5 * ms):
            await careful(log)
    except TimeoutError:
        log.append("timeout")
    print(log)
    try:
        await wait_for(careful(log), 5 * ms)
    except TimeoutError:
        print(log)


run(main)
