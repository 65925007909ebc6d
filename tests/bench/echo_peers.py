"""The peers of echo_bench.cpp that CPython has: a line "name nanoseconds" for each, by the clock and of CPU time. Both ends of
every connection are on the one loop, as there."""
import asyncio
import socket
import sys
import time

CONNECTIONS, TRIPS, BYTES = int(sys.argv[1]), int(sys.argv[2]), 64


async def timed(name, ends):
    begin, cpu = time.perf_counter_ns(), time.process_time_ns()
    await asyncio.gather(*ends)
    trips = CONNECTIONS * TRIPS
    print(name, (time.perf_counter_ns() - begin) / trips)
    print(name + "_cpu", (time.process_time_ns() - cpu) / trips)


async def streams():
    serving = []

    async def serve(reader, writer):
        serving.append(asyncio.current_task())
        while text := await reader.read(4096):
            writer.write(text)
        writer.close()

    async def ask(reader, writer):
        for _ in range(TRIPS):
            writer.write(b"x" * BYTES)
            await reader.readexactly(BYTES)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    clients = [await asyncio.open_connection(*server.sockets[0].getsockname()) for _ in range(CONNECTIONS)]
    await timed("streams", [ask(*each) for each in clients])
    for _, writer in clients:
        writer.close()
    await asyncio.gather(*serving)
    server.close()


async def sockets():
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0), backlog=CONNECTIONS)
    pairs = []
    for _ in range(CONNECTIONS):
        near = socket.create_connection(listener.getsockname())
        far, _ = listener.accept()
        for each in (near, far):
            each.setblocking(False)
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pairs.append((near, far))

    async def serve(far):
        while text := await loop.sock_recv(far, 4096):
            await loop.sock_sendall(far, text)

    async def ask(near):
        for _ in range(TRIPS):
            await loop.sock_sendall(near, b"x" * BYTES)
            await loop.sock_recv(near, 4096)
        near.shutdown(socket.SHUT_WR)

    await timed("sockets", [end for near, far in pairs for end in (ask(near), serve(far))])


asyncio.run(streams())
asyncio.run(sockets())
