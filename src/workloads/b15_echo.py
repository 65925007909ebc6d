"""Two echo servers: one whose accept() stops everything, and one that waits as it should.

For the teacher. Beside the server runs a heartbeat that says "alive" at every turn. A client comes now and then, and nobody knows when. The bad
server waits for it in a plain call, accept(), as one writes it without a thought: on the event loop the heartbeat falls silent until the client is
there, and so does every other client. The good server ("good" 1) first says await readable(listener), as pyos7 says ReadWait: the heart goes on,
and then accept() need not wait. On threads both are the same: a blocking call there holds only its own thread. So the mistake is not the blocking
call; it is the blocking call in a place where all share one thread. To be seen: the heartbeat's lane, with holes and without.

For the developer. The sockets are real, over the loopback; in a page, which has none, they are a channel inside the engine, and the run says so. Clients live
outside of the loop, in threads of their own (to_thread), as other programs would. After each client the server lets the others have one turn.
"""
# clock: real
from interleave import *

lesson(id="B15", name="echo", title="A blocking accept()",
       claim="On one thread, one call that blocks stops everybody, whoever they are.",
       source="Beazley, echobad, echogood, pyos7",
       question="A client comes every {gap}, a heart beats every {period}. What does a blocking accept() do to the heart?",
       answer="beats", on=["loop", "threads", "gil"], workers=16, cores=2)

clients = param(4, min=1, max=10)
gap = param(100 * ms, min=20 * ms, max=1 * s, log=True)
period = param(20 * ms, min=5 * ms, max=200 * ms, log=True)
good = param(0, min=0, max=1)

beats = clients * gap // period
whole = max(clients * gap, beats * period)
held = clients * gap + max(0, beats - (clients + 1) // 2) * period  # a beat takes two turns: its time has come; it goes on
expect("makespan", on=["threads", "gil"], value=whole)
expect("makespan", on="loop", value=whole if good else held)
expect("output", value=[f"client {n} got back: hello {n}" for n in range(clients)] + [f"{clients} clients served, {beats} beats"])


async def heart():
    for beat in range(beats):
        await io(period)                 # alive
    return beats


def client(number, port):
    block((number + 1) * gap)            # until it has something to say
    connection = connect(port)
    connection.send(f"hello {number}")
    answer = connection.recv()
    connection.close()
    return answer


async def handle(connection):
    await readable(connection)
    connection.send(connection.recv())   # the echo
    connection.close()


async def server(listener):
    for served in range(clients):
        if good:
            await readable(listener)     # others go on until the next client is there
        connection = listener.accept()   # without that, the thread stands still here
        await handle(connection)
        await sleep(0)                   # one turn for everybody else
    listener.close()


async def main():
    listener = listen()
    results = await gather(*[to_thread(client, number, listener.port) for number in range(clients)], heart(), server(listener))
    for number in range(clients):
        print(f"client {number} got back: {results[number]}")
    print(f"{clients} clients served, {results[clients]} beats")


run(main)
