"""close() raises GeneratorExit at the yield; finally runs; twice is fine."""
from interleave import *


def follow():
    try:
        n = 0
        while True:
            yield n
            n += 1
    except GeneratorExit:
        print("closing")
        raise
    finally:
        print("cleanup")


def main():
    f = follow()
    print(next(f), next(f))
    f.close()
    f.close()
    print(list(f))
    g = follow()
    g.close()
    print("never begun: nothing to clean up")


run(main)
