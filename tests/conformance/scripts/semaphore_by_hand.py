"""A semaphore counts: releases may come before acquires."""
from interleave import *


async def main():
    gate = Semaphore(0)
    print(gate.locked())
    gate.release()
    gate.release()
    await gate.acquire()
    print(gate.locked())
    await gate.acquire()
    print(gate.locked())


run(main)
