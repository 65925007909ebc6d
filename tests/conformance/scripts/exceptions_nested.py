"""try inside except inside finally."""
from interleave import *


def main():
    log = []
    try:
        try:
            log.append("a")
            raise ValueError("one")
        except ValueError:
            log.append("b")
            try:
                raise KeyError("two")
            except KeyError:
                log.append("c")
            finally:
                log.append("d")
            raise TypeError("three")
        finally:
            log.append("e")
            try:
                raise IndexError
            except IndexError:
                log.append("f")
    except TypeError as error:
        log.append(str(error))
    print(log)


run(main)
