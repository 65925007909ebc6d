"""The first result cancels the rest."""
from interleave import *


async def search(name, n):
    try:
        await io(n * ms)
        return name
    except CancelledError:
        print(name, "stops")
        raise


async def main():
    tasks = [spawn(search(name, n)) for name, n in (("a", 30), ("b", 10), ("c", 50))]
    await io(15 * ms)
    for t in tasks:
        if not t.done():
            t.cancel()
    results = await gather(*tasks, return_exceptions=True)
    print([r if isinstance(r, str) else type(r).__name__ for r in results])


run(main)
