"""Cancelling a task that gathers cancels its children."""
from interleave import *


async def child(n):
    try:
        await io(1 * s)
    except CancelledError:
        print("child", n)
        raise


async def parent():
    try:
        await gather(child(1), child(2))
    except CancelledError:
        print("parent")
        raise


async def main():
    t = spawn(parent())
    await io(5 * ms)
    t.cancel()
    try:
        await t
    except CancelledError:
        print("main")


run(main)
