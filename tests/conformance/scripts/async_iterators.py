"""Async iterators, async context managers, async generators with clean-up."""
from interleave import *


class Ticker:
    def __init__(self, n, gap):
        self.n, self.gap, self.i = n, gap, 0

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.i >= self.n:
            raise StopAsyncIteration
        self.i += 1
        await sleep(self.gap)
        return self.i


class Connection:
    opened = 0

    def __init__(self, name, fail=False):
        self.name, self.fail = name, fail

    async def __aenter__(self):
        await sleep(1 * ms)
        if self.fail:
            raise ConnectionError(f"{self.name} refused")
        Connection.opened += 1
        print("open", self.name)
        return self

    async def __aexit__(self, kind, error, trace):
        await sleep(1 * ms)
        Connection.opened -= 1
        print("close", self.name, kind.__name__ if kind else "-")
        return kind is KeyError

    async def query(self, text):
        await sleep(1 * ms)
        if text == "bad":
            raise KeyError(text)
        return f"{self.name}:{text}"


async def pages(n):
    for page in range(n):
        await sleep(1 * ms)
        yield [page * 2, page * 2 + 1]


async def items(n):
    async for page in pages(n):
        for item in page:
            yield item


async def retry(make, times):
    for attempt in range(1, times + 1):
        try:
            async with make(attempt) as c:
                return await c.query(f"try {attempt}")
        except ConnectionError as e:
            print("attempt", attempt, "failed:", e)
            await sleep(attempt * ms)
    raise RuntimeError("gave up after %d" % times)


async def main():
    async for i in Ticker(3, 2 * ms):
        print("tick", i)
    print([i async for i in items(3)], [i async for i in Ticker(2, 1 * ms)])
    async with Connection("a") as a, Connection("b") as b:
        print(await gather(a.query("x"), b.query("y")), Connection.opened)
    async with Connection("c") as c:
        await c.query("bad")
        print("never")
    print(Connection.opened)
    print(await retry(lambda n: Connection(f"r{n}", fail=n < 3), 4))
    try:
        await retry(lambda n: Connection("z", fail=True), 2)
    except RuntimeError as e:
        print(e)
    async for i in items(5):
        if i == 4:
            print("leaving at", i)
            break
    else:
        print("never")


run(main)
