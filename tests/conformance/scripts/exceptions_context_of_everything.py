"""__context__ of what an operation, a builtin, a finally, a generator or a called function raises while something is handled."""
# order: free, since to_thread is a task here
from interleave import *
async def fails(): 
    await io(1 * ms)
    raise KeyError("task")
def plain(): raise IndexError("deep")
def chain(e):
    out = []
    while e: out.append(repr(e)); e = e.__context__
    return out
async def main():
    q = Queue(1)
    async def case(f, *args):
        try:
            try: raise ValueError("first")
            except ValueError: await f(*args)
        except Exception as e: print(chain(e)[0], chain(e)[-1])
    await case(fails)
    t = spawn(fails())
    await case(lambda: wait_for(t, 1 * s))
    await case(lambda: gather(fails()))
    await case(lambda: wait_for(io(1 * s), 1 * ms))
    async def nowait(): q.get_nowait()
    await case(nowait)
    async def limited():
        async with timeout(1 * ms): await io(1 * s)
    await case(limited)
    async def offloop(): await to_thread(plain)
    await case(offloop)
    try:
        try: raise ValueError("a")
        finally: {}["b"]
    except KeyError as e: print(chain(e))
    try:
        try: raise ValueError("a")
        except ValueError as e:
            try: raise TypeError("b")
            except TypeError: raise e
    except ValueError as e: print(chain(e), chain(e.__context__))
    def gen():
        try: yield 1
        except ValueError: 1 / 0
    g = gen(); next(g)
    try: g.throw(ValueError("thrown"))
    except ZeroDivisionError as e: print(chain(e))
    def helper():
        plain()
    try:
        try: raise ValueError("outer")
        except ValueError: helper()
    except IndexError as e: print(chain(e))
    try:
        try: raise ValueError("outer")
        except ValueError: pass
        helper()
    except IndexError as e: print(chain(e))
    def leaves():
        try:
            try: raise ValueError("gone")
            except ValueError: return 1
        finally:
            plain()
    try: leaves()
    except IndexError as e: print(chain(e))
    for i in range(2):
        try:
            try: raise ValueError(i)
            except ValueError: continue
            finally:
                if i: plain()
        except IndexError as e: print(chain(e))
    try:
        try: raise ValueError("x")
        except ValueError: raise KeyError("y") from None
    except KeyError as e: print(chain(e), e.__cause__)
    def stops():
        next(iter([]))
        yield
    try:
        try: raise ValueError("outer")
        except ValueError: list(stops())
    except RuntimeError as e: print(chain(e), repr(e.__cause__))
run(main)
