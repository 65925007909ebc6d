"""await a(); await b() is one after the other; gather is not."""
from interleave import *


async def coffee():
    print("coffee on")
    await io(3 * ms)
    print("coffee ready")


async def toast():
    print("toast in")
    await io(2 * ms)
    print("toast ready")


async def main():
    await coffee()
    await toast()
    print("--")
    await gather(coffee(), toast())
    print("--")
    t = spawn(toast())
    await coffee()
    await t


run(main)
