"""Actors: each has a mailbox and a state that nobody else touches; they ask and tell each other."""
from interleave import *


class Actor:
    count = 0

    def __init__(self, name=None):
        Actor.count += 1
        self.name = name or f"{type(self).__name__.lower()}{Actor.count}"
        self.mailbox = Queue()
        self.handled = []
        self.task = spawn(self._loop())

    async def _loop(self):
        while True:
            message, args, reply = await self.mailbox.get()
            if message == "stop":
                await self.on_stop()
                reply.put_nowait((True, self.handled))
                return
            self.handled.append(message)
            try:
                handler = getattr(self, "on_" + message, None)
                if handler is None:
                    raise LookupError(f"{self.name} does not understand '{message}'")
                answer = await handler(*args)
                if reply:
                    reply.put_nowait((True, answer))
            except Exception as e:
                if not reply:
                    self.on_error(message, e)
                else:
                    reply.put_nowait((False, e))

    def tell(self, message, *args):
        self.mailbox.put_nowait((message, args, None))

    async def ask(self, message, *args):
        reply = Queue(1)
        self.mailbox.put_nowait((message, args, reply))
        fine, value = await reply.get()
        if not fine:
            raise value
        return value

    def on_error(self, message, error):
        print(f"  {self.name}: {message} failed: {error}")

    async def on_stop(self):
        pass


class Counter(Actor):
    def __init__(self, start=0):
        super().__init__()
        self.value = start

    async def on_add(self, n=1):
        await io(1 * ms)
        self.value += n
        return self.value

    async def on_divide(self, n):
        self.value //= n

    async def on_get(self):
        return self.value


class Router(Actor):
    def __init__(self, *targets):
        super().__init__("router")
        self.targets = targets
        self.turn = 0

    async def on_forward(self, message, *args):
        target = self.targets[self.turn % len(self.targets)]
        self.turn += 1
        return target.name, await target.ask(message, *args)

    async def on_sum(self):
        return sum(await gather(*[t.ask("get") for t in self.targets]))

    async def on_stop(self):
        await gather(*[t.ask("stop") for t in self.targets])
        print("  router stopped", len(self.targets))


class Ping(Actor):
    async def on_ball(self, other, hits, done):
        if hits == 0:
            done.set()
        else:
            other.tell("ball", self, hits - 1, done)


async def main():
    counter = Counter(10)
    counter.tell("add", 5)
    counter.tell("add")
    print(await counter.ask("get"), counter.handled)
    print(await gather(*[counter.ask("add", n) for n in (1, 2, 3)]))
    counter.tell("divide", 0)
    counter.tell("jump")
    for message, args in (("divide", (0,)), ("fly", ()), ("add", ("x",)), ("add", (1, 2))):
        try:
            await counter.ask(message, *args)
        except Exception as e:
            print(f"{type(e).__name__}: {e}")
    print(await counter.ask("stop"), counter.task.done())
    await io(1 * ms)
    print(counter.task.done())

    router = Router(Counter(), Counter(100), Counter(1000))
    print([await router.ask("forward", "add", n) for n in range(4)])
    print(await router.ask("sum"))
    await router.ask("stop")
    await gather(*[t.task for t in router.targets])
    print(all(t.task.done() for t in router.targets))

    a, b, done = Ping("a"), Ping("b"), Event()
    a.tell("ball", b, 7, done)
    await done.wait()
    print(len(a.handled), len(b.handled), done.is_set())
    counter.tell("add")
    try:
        await wait_for(counter.ask("get"), 5 * ms)
    except TimeoutError:
        print("a stopped actor does not answer", counter.mailbox.qsize())


run(main)
