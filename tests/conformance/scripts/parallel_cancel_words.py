"""What is said with a cancel is read where the task runs, and by who waits for it."""
# on: loop threads gil stealing processes
from interleave import *

begun = Queue()


async def sleeper(name):
    await begun.put(1)
    try:
        await io(10 * s)
    except CancelledError as e:
        print(name, "hears", str(e), e.args)
        raise


async def stubborn():
    await begun.put(1)
    try:
        await io(10 * s)
    except CancelledError as e:
        return "but " + str(e)


async def other():
    await begun.put(1)
    try:
        await io(10 * s)
    except CancelledError:
        raise CancelledError("words of its own")


async def main():
    for words in ("time to go", ""):
        t = spawn(sleeper("sleeper"))
        await begun.get()
        t.cancel(words) if words else t.cancel()
        try:
            await t
        except CancelledError as e:
            print("main hears", e.args, t.cancelled())
    t = spawn(stubborn())
    await begun.get()
    t.cancel("come home")
    print(await t)
    t = spawn(other())
    await begun.get()
    t.cancel("come home")
    try:
        await t
    except CancelledError as e:
        print("main hears", e.args)


run(main)
