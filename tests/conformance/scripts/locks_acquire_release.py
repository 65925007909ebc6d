"""acquire and release by hand; a release too many is an error."""
from interleave import *


async def main():
    lock = Lock()
    print(lock.locked(), await lock.acquire(), lock.locked())
    lock.release()
    print(lock.locked())
    try:
        lock.release()
    except RuntimeError as e:
        print("RuntimeError:", e)


run(main)
