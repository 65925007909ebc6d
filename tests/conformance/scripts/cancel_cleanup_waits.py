"""finally may wait while a task is being cancelled."""
from interleave import *


async def server():
    try:
        await io(1 * s)
    finally:
        print("closing")
        await io(2 * ms)
        print("closed")


async def main():
    t = spawn(server())
    await io(1 * ms)
    t.cancel()
    print("told")
    try:
        await t
    except CancelledError:
        print("gone")


run(main)
