"""The hidden blocking call: one line without await, and every heartbeat is late.

For the teacher. Ten clients send a heartbeat, again and again, and each is answered in a millisecond. Somewhere one request calls
something that blocks for 300 ms: a driver without await, a big file, a slow library. Nothing fails. But on the event loop there is one
thread, and it stands still: every heartbeat that is under way waits until the call is over, and the latency that 99 % keep goes from 1 ms
to 300. Set "offloaded" to 1: to_thread gives the call to a thread of its own, the loop goes on, and the latencies are flat. On threads
the call was no problem from the beginning. To be seen: the column p99, and one long block on the loop's only lane.

For the developer. Each heartbeat is a task, so that its latency is in the table. The one request that calls is a task, too, and takes
300 ms however it does it; there are enough heartbeats for one task to be less than 1 %.
"""
from interleave import *

lesson(id="V2", name="hidden", title="A hidden blocking call",
       claim="One blocking call in one coroutine makes everybody else's answers late.",
       source="youtube.com/watch?v=K56nNuBEd0c",
       question="{clients} clients, {rounds} heartbeats each, and one call that blocks for {call}. How late are the heartbeats?",
       answer="p99", on=["loop", "threads"], workers=64, cores=2)

clients = param(10, min=5, max=40)
rounds = param(25, min=21, max=60)
period = param(20 * ms, min=1 * ms, max=200 * ms, log=True)
answer = param(1 * ms, min=100 * us, max=20 * ms, log=True)
call = param(300 * ms, min=20 * ms, max=2 * s, log=True)
offloaded = param(0, min=0, max=1)

middle = 5
one_round = answer + period
alone = max(rounds * one_round, middle * one_round + call)
expect("makespan", on="threads", value=alone)
expect("makespan", on="loop", value=alone if offloaded else rounds * one_round + max(0 * ms, call - answer))
expect("p99", on="threads", value=answer)
expect("p99", on="loop", value=answer if offloaded else max(answer, call))
expect("output", value=f"{clients * rounds:,} heartbeats answered")


def slow_library():
    block(call)                          # a plain call: no await, and none that could be forgotten


async def ask():
    if offloaded:
        await to_thread(slow_library)
    else:
        slow_library()


async def heartbeat():
    await io(answer)
    return 1


async def main():
    answered = 0
    for n in range(rounds):
        beats = [spawn(heartbeat()) for client in range(clients)]
        if n == middle:
            asked = spawn(ask())
        answered += sum(await gather(*beats))
        await io(period)
    await asked
    print(f"{answered:,} heartbeats answered")


run(main)
