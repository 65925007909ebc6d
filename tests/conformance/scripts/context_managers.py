"""with: nested, swallowing, left by return and break."""
from interleave import *


class Tag:
    depth = 0

    def __init__(self, name, swallow=()):
        self.name, self.swallow = name, swallow

    def __enter__(self):
        print("  " * Tag.depth + f"<{self.name}>")
        Tag.depth += 1
        return self.name.upper()

    def __exit__(self, kind, value, tb):
        Tag.depth -= 1
        print("  " * Tag.depth + f"</{self.name}>", kind.__name__ if kind else "", value if value else "")
        return kind is not None and issubclass(kind, self.swallow)


def early():
    with Tag("early"):
        return "returned"


async def main():
    with Tag("html") as h, Tag("body") as b:
        print("  " * Tag.depth + h, b)
    with Tag("p", swallow=(ValueError,)):
        raise ValueError("swallowed")
    try:
        with Tag("q", swallow=ValueError):
            {}["x"]
    except KeyError as e:
        print("passed", e)
    print(early())
    for i in range(3):
        with Tag(str(i)):
            if i == 1:
                break
    with (Tag("a") as x, Tag("b") as y):
        print(x, y)


run(main)
