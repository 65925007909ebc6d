"""A blocking call in a thread lets the loop go on."""
# on: loop
from interleave import *


def blocking():
    block(35 * ms)
    return "unblocked"


async def heartbeat():
    for i in range(5):
        print("beat", i)
        await io(10 * ms)


async def offload():
    print(await to_thread(blocking))


async def main():
    await gather(heartbeat(), offload())


run(main)
