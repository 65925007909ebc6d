"""return, break and continue against finally."""
from interleave import *


def a():
    for i in range(3):
        try:
            return i
        finally:
            if i == 0:
                print("overrides")
                break
    return "after loop"


def b():
    try:
        raise ValueError("lost")
    finally:
        return "swallowed"


def c():
    i = 0
    try:
        return i
    finally:
        i = 5
        print("i is", i)


def d():
    try:
        try:
            return 1
        finally:
            print("one")
            raise KeyError("from finally")
    except KeyError as e:
        print(e)
        return 2
    finally:
        print("two")


def e():
    try:
        yield 1
        yield 2
    finally:
        print("generator's finally")


def f(n):
    while n:
        try:
            n -= 1
            if n == 2:
                continue
            if n == 1:
                return "found"
        except ValueError:
            pass
        else:
            print("else", n)
        finally:
            print("finally", n)


async def g():
    try:
        await sleep(1 * ms)
        return "g"
    finally:
        await sleep(1 * ms)
        print("g waits in finally")


async def main():
    print(a(), b(), c(), d())
    for x in e():
        print(x)
    it = e()
    next(it)
    it.close()
    print(f(5))
    print(await g())


run(main)
