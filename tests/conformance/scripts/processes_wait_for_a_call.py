"""wait_for() of a call makes a task of it, and a task runs in a process of its own: what it changes stays there."""
# on: processes
from interleave import *

seen = []


async def note(text):
    seen.append(text)
    return text.upper()


async def slow():
    seen.append("slow")
    await io(3 * s)


async def broken():
    raise ValueError("broken there")


async def main():
    seen.append("main")
    print(await wait_for(note("first"), 5 * s), seen)
    print(await wait_for(spawn(note("second")), 5 * s), seen)
    print(await wait_for(note("third"), None), seen)
    try:
        await wait_for(slow(), 20 * ms)
    except TimeoutError:
        print("too late", seen)
    try:
        await wait_for(broken(), 1 * s)
    except ValueError as error:
        print(error)
    queue = Queue()
    await queue.put(7)
    print(await wait_for(queue.get(), 1 * s))
    try:
        await wait_for(queue.get(), 5 * ms)
    except TimeoutError:
        print("nothing came")


run(main)
