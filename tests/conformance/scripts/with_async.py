"""async with calls __aenter__ and __aexit__, which may wait."""
from interleave import *


class Connection:
    def __init__(self, name):
        self.name = name

    async def __aenter__(self):
        await io(1 * ms)
        print("open", self.name)
        return self

    async def __aexit__(self, kind, error, trace):
        await io(1 * ms)
        print("close", self.name, kind is not None)


async def use(name, fail):
    try:
        async with Connection(name) as c:
            await io(2 * ms)
            if fail:
                raise RuntimeError(c.name)
            print("used", c.name)
    except RuntimeError as e:
        print("failed", e)


async def main():
    await gather(use("a", False), use("b", True))


run(main)
