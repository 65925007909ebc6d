"""Main stands in accept() and recv() until somebody comes, with and without a limit that does not pass."""
# on: threads gil stealing
# clock: real
from interleave import *


async def client(port, words):
    await io(20 * ms)
    connection = connect(port)
    connection.send(words)
    connection.close()


async def main():
    listener = listen()
    first = spawn(client(listener.port, "hello"))
    connection = listener.accept()
    print(connection.recv())
    await first
    second = spawn(client(listener.port, "again"))
    async with timeout(5 * s):
        connection = listener.accept()
        print(connection.recv())
    await second
    print("done")


run(main)
