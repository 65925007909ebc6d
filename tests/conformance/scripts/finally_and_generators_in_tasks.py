"""Generators that clean up inside of tasks, one of which is cancelled."""
from interleave import *


def resource(name, log):
    log.append("open " + name)
    try:
        while True:
            command = yield name
            if command == "fail":
                raise ValueError(name)
            log.append(f"{name}: {command}")
    finally:
        log.append("close " + name)


async def use(name, commands, log):
    r = resource(name, log)
    next(r)
    try:
        for c in commands:
            r.send(c)
            await sleep(1 * ms)
        return "fine"
    except ValueError as e:
        return f"failed {e}"
    finally:
        r.close()


async def main():
    log = []
    print(await gather(use("a", ["x", "y"], log), use("b", ["z", "fail", "never"], log)))
    print(log)
    log.clear()
    t = spawn(use("c", ["slow"] * 100, log))
    await sleep(2 * ms)
    t.cancel()
    try:
        await t
    except CancelledError:
        print(log[0], log[-1], len(log) < 10)


run(main)
