"""Main fails while tasks wait and others have not begun."""
from interleave import *
async def job(n):
    print("began", n)
    try:
        await sleep(5 * ms)
        print("never")
    finally:
        print("ended", n)
async def main():
    t = spawn(job(1))
    await sleep(1 * ms)
    u = spawn(job(2))
    print("main fails")
    raise ValueError("x")
run(main)
