"""async with: several at once, a body that fails, a timeout through two of them."""
from interleave import *


class Connection:
    open_now = 0

    def __init__(self, name, fail=False):
        self.name, self.fail = name, fail

    async def __aenter__(self):
        await sleep(1 * ms)
        if self.fail:
            raise ConnectionError(self.name)
        Connection.open_now += 1
        print("open", self.name)
        return self

    async def __aexit__(self, kind, error, tb):
        await sleep(1 * ms)
        Connection.open_now -= 1
        print("close", self.name, error if error is None else repr(error))
        return isinstance(error, KeyError)

    async def query(self, n):
        await sleep(n * ms)
        if n > 5:
            raise KeyError(n)
        return f"{self.name}:{n}"


async def job(name, n):
    async with Connection(name) as c:
        return await c.query(n)


async def main():
    print(await gather(job("a", 1), job("b", 3), job("c", 9)))
    async with Connection("x") as x, Connection("y") as y:
        print(x.name, y.name, Connection.open_now)
    try:
        async with Connection("ok"), Connection("bad", fail=True):
            print("never")
    except ConnectionError as e:
        print("ConnectionError", e)
    try:
        async with timeout(2 * ms):
            async with Connection("slow") as c:
                await c.query(4)
    except TimeoutError:
        print("timed out", Connection.open_now)


run(main)
