"""Cancel with clean-up, in order."""
# on: serial loop
from interleave import *


class Connection:
    open_now = 0

    def __init__(self, name):
        self.name = name

    async def __aenter__(self):
        await sleep(1 * ms)
        Connection.open_now += 1
        print("open", self.name)
        return self

    async def __aexit__(self, kind, error, trace):
        await sleep(1 * ms)
        Connection.open_now -= 1
        print("close", self.name, kind.__name__ if kind else "-")


async def session(name, long):
    try:
        async with Connection(name) as c:
            await sleep(long)
            return f"{c.name} done"
    except CancelledError:
        print(name, "cancelled")
        raise
    finally:
        print(name, "over")


async def main():
    tasks = [spawn(session(f"s{i}", (i + 1) * 10 * ms)) for i in range(3)]
    await sleep(15 * ms)
    print([t.done() for t in tasks], Connection.open_now)
    print(tasks[1].cancel(), tasks[0].cancel())
    for t in tasks:
        try:
            print(await t)
        except CancelledError as e:
            print("was cancelled", t.cancelled(), repr(str(e)))
    print(Connection.open_now, [t.cancelled() for t in tasks])
    try:
        await wait_for(session("late", 1 * s), 5 * ms)
    except TimeoutError:
        print("timeout", Connection.open_now)


run(main)
