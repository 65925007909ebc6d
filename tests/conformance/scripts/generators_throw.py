"""throw() raises inside; a generator may catch it and go on."""
from interleave import *


def robust():
    while True:
        try:
            x = yield "ready"
            print("got", x)
        except ValueError as e:
            print("caught", e)
        except KeyError:
            print("ending")
            return


def main():
    r = robust()
    print(next(r), r.send(1), r.throw(ValueError("bad")), r.send(2))
    try:
        r.throw(KeyError)
    except StopIteration:
        print("stopped")
    fresh = robust()
    try:
        fresh.throw(RuntimeError("at once"))
    except RuntimeError as e:
        print("passed through:", e)


run(main)
