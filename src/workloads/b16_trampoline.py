"""The trampoline: sub-coroutines without a stack of calls.

For the teacher. A task that calls a sub-coroutine has a problem: a yield leaves only the innermost one. The course's answer: the callee is
yielded to the scheduler, which keeps a list of who waits for whom, and throws the result back to the caller: a trampoline. Read the
lines for a chain of three: each call pushes, each return pops. What it buys is seen with a long chain: plain calls, 100,000 deep,
overflow the interpreter's stack; the trampoline only has a long list. Event loops in C++ are built like this one, for the same
reason.

For the developer. A value that is a generator is a call; anything else is a result for the one below it in the list. The plain calls are an
ordinary recursive function; how deep it may go is the interpreter's affair (CPython: 1,000).
"""
from interleave import *

lesson(id="B16", name="trampoline", title="The trampoline",
       claim="A list of generators does what the stack does, and does not overflow.",
       source="Beazley, part 8 and pyos8",
       question="A chain of sub-coroutines, {depth} deep. What overflows first, plain calls or the trampoline?",
       answer="output", on=["serial", "loop"], workers=1, cores=1)

depth = param(100_000, min=20_000, max=200_000, log=True)

expect("output", value=["push down to 2", "push down to 1", "push down to 0", "pop 0", "pop 1", "pop 2", "three deep: 3",
                        f"trampoline: {depth:,}, and its list was {depth + 1:,} long", "plain calls overflow, the trampoline does not"])
longest = [0]


def down_to(n, say):
    """How many calls there are below, and this one; asks the trampoline, never itself."""
    if say:
        print(f"push down to {n}")
    below = 0
    if n > 0:
        below = yield down_to(n - 1, say)
    if say:
        print(f"pop {n}")
    yield below + 1


def trampoline(first):
    stack = [first]
    answer = None
    while stack:
        longest[0] = max(longest[0], len(stack))
        value = stack[-1].send(answer)
        if is_call(value):
            stack.append(value)
            answer = None
        else:
            stack.pop().close()
            answer = value
    return answer


def is_call(value):
    return not isinstance(value, int)


def plain(n):
    return 1 if n == 1 else plain(n - 1) + 1


async def machine():
    print(f"three deep: {trampoline(down_to(2, True))}")
    longest[0] = 0
    result = trampoline(down_to(depth, False)) - 1
    print(f"trampoline: {result:,}, and its list was {longest[0]:,} long")
    try:
        print(f"plain calls: {plain(depth):,}")
    except RecursionError:
        print("plain calls overflow, the trampoline does not")


async def main():
    await gather(machine())


run(main)
