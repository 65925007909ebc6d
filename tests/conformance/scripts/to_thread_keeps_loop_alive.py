"""A blocking call in a thread lets the loop go on."""
# clock: real
# on: loop
from interleave import *


def blocking():
    block(200 * ms)
    return "unblocked"


async def heartbeat():
    for i in range(3):
        print("beat", i)
        await io(10 * ms)


async def offload():
    print(await to_thread(blocking))


async def main():
    await gather(heartbeat(), offload())


run(main)
