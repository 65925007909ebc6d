"""Waits at sockets end by timeout and by cancel; what is wrong or too much is refused."""
# on: loop
# clock: real
from interleave import *


async def waits(listener):
    try:
        await readable(listener)
    except CancelledError:
        print("cancelled")
        raise


async def main():
    listener = listen()
    try:
        async with timeout(50 * ms):
            await readable(listener)
    except TimeoutError:
        print("time is up")
    task = spawn(waits(listener))
    await io(10 * ms)
    task.cancel()
    try:
        await task
    except CancelledError:
        print("gone")
    client = connect(listener.port)
    await readable(listener)
    server = listener.accept()
    client.send("x" * 60000)
    got = 0
    while got < 60000:
        got += len(server.recv(65536))
    print(got, type(server).__name__, server.port == listener.port)
    server.close()
    print(repr(client.recv()))
    for wrong in (lambda: client.send(1), lambda: client.recv(0), lambda: client.accept(), lambda: listener.recv(), lambda: server.recv()):
        try:
            wrong()
        except Exception as e:
            print(type(e).__name__, e)
    try:
        for i in range(100):
            listen()
    except OSError as e:
        print(e)


run(main)
