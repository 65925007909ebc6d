"""A dict or a set that changes its size while it is looped over."""
from interleave import *


def attempt(name, work):
    try:
        print(name, work())
    except RuntimeError as e:
        print(name, "RuntimeError:", e)


def add_while_looping():
    d = {"a": 1, "b": 2}
    for key in d:
        d[key + key] = 0
    return d


def remove_while_looping():
    d = {"a": 1, "b": 2}
    for key, value in d.items():
        del d[key]
    return d


def last_one():
    d = {"only": 1}
    for key in d.keys():
        d.pop(key)
    return d


def values_too():
    d = {1: 1}
    for value in d.values():
        d[value + 1] = value + 1
    return d


def set_too():
    s = {1, 2, 3}
    for item in s:
        s.discard(item)
    return s


def in_enumerate():
    d = {"x": 1}
    for i, key in enumerate(d):
        d[i] = i
    return d


def by_iterator():
    d = {"x": 1}
    it = iter(d)
    d["y"] = 2
    return next(it)


def changing_values_is_fine():
    d = {"a": 1, "b": 2}
    for key in d:
        d[key] += 10
    return d


def over_a_copy_is_fine():
    d = {"a": 1, "b": 2, "c": 3}
    for key in list(d):
        if key != "b":
            del d[key]
    for key in sorted(d.keys()):
        d[key * 2] = 0
    return d


def break_after_change_is_fine():
    d = {"a": 1}
    for key in d:
        d["b"] = 2
        break
    return d


def in_a_generator():
    d = {"a": 1, "b": 2}

    def keys():
        yield from d
    seen = []
    for key in keys():
        seen.append(key)
        d[key * 3] = 1
    return seen


def views():
    d = {"a": 1, "b": 2}
    keys, values, items = d.keys(), d.values(), d.items()
    d["c"] = 3
    print(len(keys), list(values), items)
    print(keys, "c" in keys, 3 in values, ("c", 3) in items, ("c", 4) in items)
    other = {"b": 2, "c": 30}
    print(sorted(keys & other.keys()), sorted(keys - other.keys()), sorted(keys | {"z"}), items & other.items())
    print(keys == {"a", "b", "c"}, list(reversed(d)), list(d.items())[0], max(d.values()), sum(d.values()))
    print(type(keys).__name__, bool(keys), bool({}.items()), [k for k in keys], dict(items), sorted(items, key=lambda kv: -kv[1]))
    a, *rest = d.values()
    print(a, rest, [*d.keys()], {**d})
    try:
        keys[0]
    except TypeError as e:
        print(e)


def main():
    for work in [add_while_looping, remove_while_looping, last_one, values_too, set_too, in_enumerate, by_iterator,
                 changing_values_is_fine, over_a_copy_is_fine, break_after_change_is_fine, in_a_generator]:
        attempt(work.__name__, work)
    views()


run(main)
