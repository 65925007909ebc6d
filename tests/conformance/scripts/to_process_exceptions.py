"""What the function raises comes home: the class, the arguments, the attributes."""
# on: serial loop threads gil stealing processes
# clock: real
from interleave import *


class Refused(Exception):
    pass


class WithCode(ValueError):
    pass


def fail(kind):
    if kind == "mine":
        raise Refused("no", 42)
    if kind == "more":
        error = WithCode("bad value")
        error.code = 7
        raise error
    if kind == "key":
        return {}["missing"]
    if kind == "zero":
        return 1 // 0
    raise TypeError("of no known kind")


async def main():
    for kind in ["mine", "more", "key", "zero", "?"]:
        try:
            await to_process(fail, kind)
        except Refused as error:
            print("refused", error.args)
        except WithCode as error:
            print("code", error.code, error)
        except (KeyError, ZeroDivisionError) as error:
            print(type(error).__name__, isinstance(error, ArithmeticError), error.args[0] if kind == "key" else "")
        except TypeError as error:
            print("TypeError", error)
        finally:
            print("finally", kind)


run(main)
