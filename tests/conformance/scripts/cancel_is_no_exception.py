"""except Exception does not catch CancelledError."""
# on: loop
from interleave import *


async def careless():
    while True:
        try:
            await io(1 * ms)
        except Exception:
            print("never caught here")


async def main():
    t = spawn(careless())
    await io(5 * ms)
    t.cancel()
    try:
        await t
    except CancelledError:
        print("cancelled", issubclass(CancelledError, Exception), issubclass(CancelledError, BaseException))


run(main)
