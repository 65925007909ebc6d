"""print(end=...) of several tasks: what one begins another goes on with."""
from interleave import *

print("top", end="-")
print("level", end=": ")


async def work(name, pause):
    for i in range(3):
        print(f"{name}{i}", end=" ")
        await sleep(pause)
    print(f"[{name} done]", end="\n" if name == "a" else "; ")


async def main():
    print("begin")
    await gather(work("a", 3 * ms), work("b", 2 * ms))
    print("x\ny", end="")
    print(end="")
    print("z\n", end="")
    for i in range(3):
        print(i, end="" if i < 2 else "!\n")
    print("a", "b", sep="\n", end="\n\n")
    print("no newline", "yet", end="")
    print()


run(main)
