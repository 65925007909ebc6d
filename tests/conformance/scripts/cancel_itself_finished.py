"""Cancelling a finished task changes nothing."""
from interleave import *


async def quick():
    return 1


async def main():
    t = spawn(quick())
    print(await t, t.cancel(), t.cancelled(), t.result())


run(main)
