"""What a task in another process raises is caught by its type, with its words, arguments, attributes and cause."""
# on: serial loop threads gil processes stealing
from interleave import *


class Refused(ValueError):
    pass


class Broken(Exception):
    def __init__(self, part, count):
        super().__init__(part + " broke")
        self.part = part
        self.count = count


class Worse(Broken):
    def __str__(self):
        return "worse: " + self.part


async def fails(how):
    await io(1 * ms)
    if how == "value":
        raise ValueError("no such value", 7)
    if how == "key":
        return {"a": 1}["b"]
    if how == "own":
        raise Refused("go away")
    if how == "attributes":
        raise Broken("wheel", 3)
    if how == "worse":
        raise Worse("axle", 1)
    if how == "cause":
        try:
            return int("seven")
        except ValueError as e:
            raise Refused("not a number") from e
    if how == "deep":
        await gather(fails("attributes"))
    return how


async def main():
    try:
        await spawn(fails("value"))
    except ValueError as e:
        print("value", e, e.args)
    try:
        await spawn(fails("key"))
    except LookupError as e:
        print("key", e, type(e).__name__)
    try:
        await gather(fails("own"))
    except ValueError as e:
        print("own", e, type(e).__name__, isinstance(e, Refused))
    for how in ("attributes", "worse", "deep"):
        try:
            await spawn(fails(how))
        except Worse as e:
            print(how, "Worse", e)
        except Broken as e:
            print(how, "Broken", e, e.part, e.count)
    try:
        await spawn(fails("cause"))
    except Refused as e:
        print("cause", e, "from", type(e.__cause__).__name__, e.__cause__)
    results = await gather(fails("fine"), fails("own"), fails("worse"), return_exceptions=True)
    print([str(r) for r in results], isinstance(results[2], Worse))
    task = spawn(fails("value"))
    try:
        await task
    except ValueError as e:
        print(e is task.exception(), task.exception().args)


run(main)
