"""Two echo servers: one whose accept() stops everything, and one that waits as it should.

For the teacher. Beside the server runs a heartbeat that says "alive" at every turn. Each new client lets the server wait. The bad
server waits in a plain call, accept(), as one writes it without a thought: on the event loop the heartbeat falls silent until the client is
there, and so does every other client. The good server ("good" 1) says await: the heart goes on. On threads both are the same: a
blocking call there holds only its own thread. So the mistake is not the blocking call; it is the blocking call in a place where all share one
thread. To be seen: the heartbeat's lane, with holes and without.

For the developer. Sockets are queues here, in the same program; a client is a task. The blocking accept() is block(), for as long as the next client
needs to come. Real sockets are to come.
"""
from interleave import *

lesson(id="B15", name="echo", title="A blocking accept()",
       claim="On one thread, one call that blocks stops everybody, whoever they are.",
       source="Beazley, echobad, echogood, pyos7",
       question="A client comes every {gap}, a heart beats every {period}. What does a blocking accept() do to the heart?",
       on=["threads", "gil", "loop"], workers=16, cores=2)

clients = param(4, min=1, max=10)
gap = param(100 * ms, min=20 * ms, max=1 * s, log=True)
period = param(20 * ms, min=5 * ms, max=200 * ms, log=True)
good = param(0, min=0, max=1)

beats = clients * gap // period
whole = max(clients * gap, beats * period)
held = clients * gap + max(0, beats - clients) * period
expect("makespan", on=["threads", "gil"], value=whole)
expect("makespan", on="loop", value=whole if good else held)
expect("output", value=[f"client {n} got back: hello {n}" for n in range(clients)] + [f"{clients} clients served, {beats} beats"])


async def heart():
    for beat in range(beats):
        await io(period)                 # alive
    return beats


async def client(number, from_server):
    answer = await from_server.get()
    print(f"client {number} got back: {answer}")


async def handle(connection):
    line, to_client = connection
    await to_client.put(line)            # the echo


async def server(sockets):
    served = 0
    for number in range(clients):
        if good:
            await io(gap)                # others go on until the next client is there
        else:
            block(gap)                   # accept(): the thread stands still
        served += 1
        await handle((f"hello {number}", sockets[number]))
    return served


async def main():
    sockets = [Queue() for number in range(clients)]
    results = await gather(heart(), server(sockets), *[client(number, sockets[number]) for number in range(clients)])
    print(f"{results[1]} clients served, {results[0]} beats")


run(main)
