"""Tasks, queues and a broadcast: a chat room."""
# on: loop
from interleave import *

rooms = {}


async def member(name, lines, pause):
    inbox = Queue()
    rooms[name] = inbox
    listener = spawn(listen(name, inbox))
    for line in lines:
        await io(pause)
        for other, box in rooms.items():
            if other != name:
                await box.put((name, line))
    await io(30 * ms)
    listener.cancel()
    return len(lines)


async def listen(me, inbox):
    heard = 0
    try:
        while True:
            who, line = await inbox.get()
            heard += 1
            print(f"{me} hears {who}: {line}")
    finally:
        print(me, "heard", heard)


async def main():
    print(await gather(member("ann", ["hi", "how are you?"], 10 * ms), member("bob", ["hello"], 15 * ms)))


run(main)
