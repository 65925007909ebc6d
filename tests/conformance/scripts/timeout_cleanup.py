"""finally runs when a timeout cuts a block off."""
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
