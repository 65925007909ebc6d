"""try in all its forms."""
# on: serial loop threads stealing processes
from interleave import *


class AppError(Exception):
    code = 1

    def __init__(self, message="something", **facts):
        super().__init__(message)
        self.facts = facts

    def __str__(self):
        return f"[{self.code}] {self.args[0]} {self.facts or ''}".strip()


class NotFound(AppError):
    code = 404


class Denied(AppError):
    code = 403


def act(n):
    if n == 0:
        raise NotFound("page", path="/x")
    if n == 1:
        raise Denied
    if n == 2:
        return {}["k"]
    if n == 3:
        return int("x1")
    if n == 4:
        return [1, 2][5]
    if n == 5:
        return "a" + 1
    if n == 6:
        return None.name
    if n == 7:
        return 1 // 0
    if n == 8:
        raise AppError("wrapped") from ValueError("inner")
    if n == 9:
        assert n < 5, f"n is {n}"
    if n == 10:
        a, b = [1, 2, 3]
    if n == 11:
        return undefined_later
    if n == 12:
        return [].pop()
    if n == 13:
        return "abc".index("z")
    if n == 14:
        return {1}.remove(2)
    if n == 15:
        return len(5)
    return "fine"


undefined_later = "there"


async def main():
    for n in range(17):
        try:
            result = act(n)
        except NotFound as e:
            print(n, "not found:", e, e.facts, e.code)
        except (Denied, KeyError) as e:
            print(n, type(e).__name__, e, e.args)
        except ArithmeticError as e:
            print(n, "arithmetic", e)
        except AppError as e:
            print(n, e, "because of", repr(e.__cause__))
        except Exception as e:
            print(n, f"{type(e).__name__}: {e}")
        else:
            print(n, "ok", result)
        finally:
            if n % 8 == 0:
                print("-" * 10)


run(main)
