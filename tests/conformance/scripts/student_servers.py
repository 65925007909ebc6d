"""A simulated server with timeouts per request and a report."""
# order: free, since the limits of several gathers fire at one instant
# on: serial loop threads stealing
from interleave import *


class Server:
    def __init__(self, name, delays):
        self.name, self.delays = name, delays
        self.served = self.failed = 0
        self.counts = Lock()    # += is not one step

    async def handle(self, request):
        delay = self.delays[request % len(self.delays)]
        await io(delay)
        if request % 7 == 5:
            async with self.counts:
                self.failed += 1
            raise ConnectionError(f"{self.name} dropped {request}")
        async with self.counts:
            self.served += 1
        return f"{self.name}:{request}"


async def ask(server, request, limit):
    try:
        return await wait_for(server.handle(request), limit)
    except TimeoutError:
        return f"{request} timed out"
    except ConnectionError as e:
        return f"{request} failed ({e})"


async def main():
    server = Server("web", [1 * ms, 2 * ms, 400 * ms])
    answers = await gather(*[ask(server, i, 60 * ms) for i in range(9)])
    for a in answers:
        print(a)
    print(server.served, server.failed)
    try:
        async with timeout(40 * ms):
            print(await server.handle(0))
            print(await server.handle(2))
            print("not reached")
    except TimeoutError as e:
        print("block timed out", repr(e))
    both = await gather(wait_for(gather(server.handle(0), server.handle(1)), 200 * ms), ask(server, 3, 100 * ms))
    print(both)
    try:
        await wait_for(gather(server.handle(0), server.handle(2)), 40 * ms)
    except TimeoutError:
        print("pair timed out")


run(main)
