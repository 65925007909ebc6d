"""is, is not, None, and what == means for containers."""
from interleave import *


def main():
    a = [1, 2]
    b = a
    c = [1, 2]
    print(a is b, a is c, a is not c, a == c, None is None, None == 0, None == False)
    print(1 == 1.0, 1 == True, "1" == 1, [] == (), {} == {}, [1, [2]] == [1, [2]], {"a": 1, "b": 2} == {"b": 2, "a": 1})
    b += [3]
    print(a, c)
    t = (1, 2)
    u = t
    u += (3,)
    print(t, u)


run(main)
