"""Sockets: an echo server, clients in threads, and what is refused."""
# on: loop threads gil stealing
# clock: real
from interleave import *


def client(port, text):
    connection = connect(port)
    connection.send(text)
    answer = ""
    while (more := connection.recv(3)):
        answer += more
    connection.close()
    return answer


async def serve(listener, count):
    for n in range(count):
        await readable(listener)
        connection = listener.accept()
        await readable(connection)
        connection.send(f"echo {connection.recv()}")
        connection.close()


async def main():
    listener = listen()
    print(listener.port >= 1024)
    answers = await gather(serve(listener, 3), *[to_thread(client, listener.port, t) for t in ["one", "zwölf", "三"]])
    print(sorted(answers[1:]))
    listener.close()
    for wrong in (lambda: connect(listener.port), listener.accept, lambda: listen(80), lambda: listener.send("x")):
        try:
            wrong()
        except (OSError, ValueError) as error:
            print(type(error).__name__, str(error).replace(str(listener.port), "N"))


run(main)
