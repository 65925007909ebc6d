"""What is said with a cancel is read where the task runs, and by who waits for it."""
# on: loop threads gil stealing processes
from interleave import *


async def sleeper(name):
    try:
        await io(10 * s)
    except CancelledError as e:
        print(name, "hears", str(e), e.args)
        raise


async def stubborn():
    try:
        await io(10 * s)
    except CancelledError as e:
        return "but " + str(e)


async def other():
    try:
        await io(10 * s)
    except CancelledError:
        raise CancelledError("words of its own")


async def main():
    for words in ("time to go", ""):
        t = spawn(sleeper("sleeper"))
        await io(20 * ms)
        t.cancel(words) if words else t.cancel()
        try:
            await t
        except CancelledError as e:
            print("main hears", e.args, t.cancelled())
    t = spawn(stubborn())
    await io(20 * ms)
    t.cancel("come home")
    print(await t)
    t = spawn(other())
    await io(20 * ms)
    t.cancel("come home")
    try:
        await t
    except CancelledError as e:
        print("main hears", e.args)


run(main)
