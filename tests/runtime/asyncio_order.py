"""Prints the order in which CPython's asyncio runs some tasks; cooperative_test.cpp has what it printed.

The clock jumps: when nothing is ready, time is the next deadline. Ties between timers are in order of registration.
"""
import asyncio

out = []


def say(word):
    out.append(word)


class JumpingSelector:
    def __init__(self, loop, inner):
        self.loop, self.inner = loop, inner

    def select(self, timeout=None):
        if timeout:
            self.loop.now += timeout
        return self.inner.select(0)

    def __getattr__(self, name):
        return getattr(self.inner, name)


class JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self):
        self.now = 0.0
        super().__init__()
        self._selector = JumpingSelector(self, self._selector)
        self._clock_resolution = 1e-9
        self.order = 0

    def time(self):
        return self.now

    def call_at(self, when, callback, *args, context=None):
        # heapq compares `when` only; a tiny rest makes ties come in order of registration
        self.order += 1
        return super().call_at(when + self.order * 1e-12, callback, *args, context=context)


def run(name, main):
    out.clear()
    loop = JumpingLoop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(main())
    except Exception as e:
        say("main:" + str(e))
    print(f'{name}: {" ".join(out)}')
    loop.close()


ms = 0.001
sleep, gather, task = asyncio.sleep, asyncio.gather, asyncio.create_task


async def steps(name, *waits):
    say(name + "0")
    for i, wait in enumerate(waits):
        await sleep(wait)
        say(f"{name}{i + 1}")


async def ties():
    await gather(steps("a", 1 * ms, 1 * ms), steps("b", 1 * ms, 1 * ms), steps("c", 2 * ms))
    say("main")


async def nested():
    async def inner(name):
        await gather(steps(name + "x", 0), steps(name + "y"))
        say(name)
    await gather(inner("p"), inner("q"), steps("r", 0, 0, 0, 0, 0, 0))
    say("main")


async def zero():
    await gather(steps("a", 0, 0), steps("b", 0), steps("c", 1 * ms, 0))
    say("main")


async def join():
    a = task(steps("a", 0))
    b = task(steps("b"))
    c = task(steps("c", 0, 0, 0))
    say("m0")
    await b
    say("m1")
    await a
    say("m2")
    await b
    say("m3")
    await gather(a, c)
    say("m4")


async def failing():
    async def bad():
        await sleep(1 * ms)
        say("bad")
        raise RuntimeError("boom")
    try:
        await gather(steps("a", 1 * ms, 1 * ms), bad(), steps("b", 1 * ms, 0, 0, 0, 0))
    except RuntimeError as e:
        say(str(e))
    await sleep(5 * ms)
    say("main")


async def due_behind_ready():
    async def busy():
        for i in range(4):
            say(f"s{i}")
            await sleep(0)
    async def blocker():
        await sleep(0)
        asyncio.get_running_loop().now += 10 * ms  # a plain call that blocks
        say("blocked")
        await sleep(0)
        say("after")
    await gather(steps("t", 5 * ms), blocker(), busy(), steps("u", 1 * ms))
    say("main")


async def lock():
    lock = asyncio.Lock()
    async def user(name, *waits):
        for i, wait in enumerate(waits):
            async with lock:
                say(f"{name}{i}")
                await sleep(wait)
            say(f"{name}-")
    await gather(user("a", 0, 0), user("b", 1 * ms, 0), steps("s", 0, 0, 0, 0), user("c", 0))
    say("main")


async def semaphore():
    # Two permits come back before the first waiter runs; who asks then stands in line all the same.
    some = asyncio.Semaphore(0)
    async def user(name, *before):
        for wait in before:
            await sleep(wait)
        say(name + "?")
        await some.acquire()
        say(name + "!")
    async def giver():
        await sleep(0)
        some.release()
        some.release()
        say("gave")
    await gather(user("a"), giver(), user("b", 0), user("c", 0, 0), steps("s", 0, 0, 0, 0), user("d", 0, 0, 0, 0, 0), giver())
    say("main")


async def event():
    event = asyncio.Event()
    async def waiter(name):
        await event.wait()
        say(name)
        await event.wait()
        say(name + name)
    async def setter():
        await sleep(0)
        event.set()
        event.clear()
        say("pulse")
        await sleep(0)
        await sleep(0)
        event.set()
        say("set")
    await gather(waiter("a"), waiter("b"), setter(), steps("s", 0, 0, 0, 0))
    say("main")


async def queue():
    queue = asyncio.Queue(2)
    async def producer(name):
        for i in range(4):
            await queue.put(f"{name}{i}")
            say(f"+{name}{i}")
        await queue.join()
        say(f"joined {name}")
    async def consumer(name, *waits):
        for wait in waits:
            item = await queue.get()
            say(f"{name}:{item}")
            queue.task_done()
            await sleep(wait)
    await gather(consumer("x", 0, 0, 1 * ms), producer("p"), producer("q"), consumer("y", 0, 1 * ms, 0, 0, 0))
    say("main")


async def barging():
    # A getter that was woken finds that another was faster, and goes to the end of the line.
    queue = asyncio.Queue()
    async def getter(name, *before):
        for wait in before:
            await sleep(wait)
        item = await queue.get()
        say(f"{name}:{item}")
    async def putter():
        await sleep(0)
        await queue.put(1)
        say("put1")
        await sleep(0)
        await sleep(0)
        await queue.put(2)
        await queue.put(3)
        say("put23")
    await gather(getter("a"), getter("b"), putter(), getter("c", 0))
    say("main")


async def cancelling():
    lock, event, queue = asyncio.Lock(), asyncio.Event(), asyncio.Queue(1)
    async def user(name, what):
        say(name + "?")
        try:
            await what()
            say(name + "!")
        except asyncio.CancelledError:
            say(name + "x")
            raise
    async def gathers():
        await gather(steps("g", 0, 0, 0, 0, 0, 0), steps("h", 0, 0, 0, 0, 0, 0))
    await lock.acquire()
    never = task(steps("never"))
    say(f"c{never.cancel()}")
    tasks = [task(user("l", lock.acquire)), task(user("m", lock.acquire)), task(user("e", event.wait)), task(user("q", queue.get)),
             task(user("s", lambda: sleep(5 * ms))), task(user("z", lambda: sleep(0))), task(user("g", gathers))]
    await sleep(0)
    await sleep(0)
    say("now")
    for each in (tasks[0], tasks[2], tasks[3], tasks[4], tasks[5], tasks[6]):
        each.cancel()
    await sleep(0)
    lock.release()
    await sleep(0)
    say("later")
    await gather(*tasks, return_exceptions=True)
    say("all")
    say(" ".join(str(each.cancelled()) for each in [never, *tasks]))
    await sleep(10 * ms)


async def granted_and_cancelled():
    # The lock is handed to a, which is cancelled before it runs: b has it next.
    lock = asyncio.Lock()
    async def user(name):
        try:
            async with lock:
                say(name)
        except asyncio.CancelledError:
            say(name + "x")
    await lock.acquire()
    a, b = task(user("a")), task(user("b"))
    await sleep(0)
    lock.release()
    a.cancel()
    say("now")
    await gather(a, b, steps("s", 0, 0, 0))
    say("main")


async def limits():
    async def slow(name):
        try:
            await sleep(5 * ms)
            say(name + "!")
        except asyncio.CancelledError:
            say(name + "x")
            raise
    try:
        await asyncio.wait_for(slow("a"), 1 * ms)
    except asyncio.TimeoutError:
        say("timeout a")
    await asyncio.wait_for(slow("b"), 50 * ms)
    try:
        async with asyncio.timeout(1 * ms):
            await slow("c")
    except TimeoutError:
        say("timeout c")
    async with asyncio.timeout(50 * ms):
        await slow("d")
    say("main")


for scenario in (ties, nested, zero, join, failing, due_behind_ready, lock, semaphore, event, queue, barging, cancelling,
                 granted_and_cancelled, limits):
    run(scenario.__name__, scenario)
