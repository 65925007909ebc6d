"""The benchmark that contradicts the recap: threads 42.8 s, coroutines 326 s.

For the teacher. At the end of the course three clients send 300 messages each to an echo server, and the surprise is large: threads
win by 7.6 to 1. Nothing is wrong with coroutines; look at what each message costs. A thread pays one switch. A task of the course's
scheduler goes through it four times (wait to read, read, wait to write, write), and each time the system asks select() about
all sockets. Two groups of bars: the first three tasks pay as threads do, the other three as the course's coroutines; the headline
says how long each took, from this run. Then move "poll":
with these costs the coroutines win from the last line's figure on. So "many connections: asyncio" is a statement about costs,
and costs can be measured. "Keep it straight", says the last slide: do not mix the two ideas, and measure.

For the developer. The costs are played with compute(), since this machine's own would give its own ratio; the defaults are set so that the ratio
is his. A measured version needs real sockets.
"""
from interleave import *

lesson(id="B17", name="benchmark", title="His benchmark",
       claim="Which of the two is faster is decided by the costs of a switch and of a poll, not by a rule.",
       source="Beazley, slides 174 on",
       question="{clients} clients, {messages} messages each. Played costs: a poll {poll}, a switch of threads {switch}. Who is faster, and by how much?",
       answer=["tasks", "output"], on=["serial", "loop"], workers=1, cores=1)

clients = param(3, min=1, max=50)
messages = param(300, min=1, max=1_000)
message = param(100 * us, min=10 * us, max=1 * ms, log=True)
switch = param(20 * us, min=0 * us, max=1 * ms)
turn = param(3 * us, min=0 * us, max=1 * ms)
poll = param(200 * us, min=0 * us, max=1 * ms)

turns = 4
as_threads = message + switch
as_coroutines = message + turns * (turn + poll)
ratio = as_coroutines / as_threads
flips = max(0 * us, (switch - turns * turn) / turns)
verdict = f"threads are {ratio:.1f} times as fast" if ratio >= 1 else f"coroutines are {1 / ratio:.1f} times as fast"

expect("makespan", value=clients * messages * (as_threads + as_coroutines))
expect("tasks", value=2 * clients)
expect("output", value=[f"threads: {messages} messages"] * clients + [f"coroutines: {messages} messages"] * clients
       + [f"with these played costs {verdict}; it flips where a poll costs {flips / us:,.0f} µs"])


async def like_a_thread():
    for n in range(messages):
        compute(as_threads)
    print(f"threads: {messages} messages")
    return messages


async def like_a_coroutine():
    for n in range(messages):
        compute(as_coroutines)
    print(f"coroutines: {messages} messages")
    return messages


async def main():
    first = await gather(*[like_a_thread() for n in range(clients)])
    second = await gather(*[like_a_coroutine() for n in range(clients)])
    assert sum(first) == sum(second)
    print(f"with these played costs {verdict}; it flips where a poll costs {flips / us:,.0f} µs")


run(main)
