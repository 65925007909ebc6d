"""A time below 0, or what is no time, is refused where the operation is called, awaited or not."""
from interleave import *
async def main():
    for f in (io, sleep, request):
        try:
            x = f(-5 * ms)
            print("made")
            await x
        except ValueError as e:
            print("V", e)
    try:
        x = wait_for(io(1*ms), -5*ms)
        print("made wf")
        await x
    except ValueError as e: print("V", e)
    try:
        x = timeout(-5*ms)
        print("made to")
        async with x: pass
    except ValueError as e: print("V", e)
    try:
        x = io(5)
        print("made")
        await x
    except TypeError as e: print("T", e)
run(main)
