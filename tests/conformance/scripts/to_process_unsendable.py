"""What cannot go to another process, or come back from there, is an error where it is asked."""
# on: serial loop threads gil stealing processes
# clock: real
from interleave import *


def generator():
    yield 1


def give_back():
    return generator()


def local_function():
    secret = 5

    def inside():
        return secret
    return inside


async def main():
    for what, argument in [(give_back, None), (local_function(), None), (len, generator())]:
        try:
            if argument is None:
                await to_process(what)
            else:
                await to_process(what, argument)
            print("it went")
        except Exception as error:
            print("it did not go")
    print(await to_process(len, [1, 2]))


run(main)
