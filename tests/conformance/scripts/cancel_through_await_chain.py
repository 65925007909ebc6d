"""CancelledError travels out through every coroutine that was awaited."""
from interleave import *


async def inner():
    try:
        await io(1 * s)
    finally:
        print("inner")


async def middle():
    try:
        await inner()
    finally:
        print("middle")


async def outer():
    try:
        await middle()
    except CancelledError:
        print("outer")
        raise


async def main():
    t = spawn(outer())
    await io(1 * ms)
    t.cancel()
    try:
        await t
    except CancelledError:
        print("main")


run(main)
