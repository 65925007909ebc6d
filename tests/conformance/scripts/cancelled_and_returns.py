"""A task that is cancelled while it runs, and returns, is cancelled: on a loop, as under asyncio."""
# on: loop
from interleave import *
log = []
async def job(name, time):
    try:
        await io(time)
        log.append(f"{name} done")
        return name
    except CancelledError:
        log.append(f"{name} stopped")
        raise
async def inner():
    a = spawn(job("inner 1", 100 * ms))
    b = spawn(job("inner 2", 100 * ms))
    try:
        await gather(a, b, return_exceptions=True)
    except CancelledError:
        log.append("inner cancelled")
        raise
    log.append("inner over")
async def fails():
    await io(8 * ms)
    raise RuntimeError("x")
async def guard(c, tasks):
    try:
        return await c
    except CancelledError:
        raise
    except Exception as e:
        log.append("guard saw " + str(e))
        for t in tasks: t.cancel()
async def main():
    tasks = []
    tasks.append(spawn(guard(inner(), tasks)))
    tasks.append(spawn(guard(fails(), tasks)))
    r = await gather(*tasks, return_exceptions=True)
    print([type(e).__name__ for e in r])
    print(log)
run(main)
