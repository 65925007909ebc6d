// prelude.cpp -- native code never calls a script: what must call back (a key, an iterator, a __str__) or wait is
// written in the language itself and runs on the task's own stack, where it can be suspended, copied and counted.
#include "script/prelude.h"

#include <cassert>

#include "script/opcode.h"
#include "script/parser.h"

namespace interleave {

namespace {

constexpr std::string_view kText = R"py(
def _collect(items):
    return [item for item in items]

def _collect_call(function, items, *rest, **named):
    return function([item for item in items], *rest, **named)

def _any(items):
    for item in items:
        if item: return True
    return False

def _all(items):
    for item in items:
        if not item: return False
    return True

def _enumerate(items, start=0): return _enumerated(iter(items), start)
def _enumerated(items, start):
    for item in items:
        yield start, item
        start += 1

def _filter(function, items): return _filtered(function, iter(items))
def _filtered(function, items):
    for item in items:
        if function is None:
            if item: yield item
        elif function(item): yield item

def _map(function, *sources): return _mapped(function, [iter(source) for source in sources])
def _mapped(function, sources):
    if len(sources) == 1:
        for item in sources[0]: yield function(item)
    else:
        for row in zip(*sources): yield function(*row)

def _zip(*sources): return _zipped([iter(source) for source in sources])
def _zipped(readers):
    while readers:
        row = []
        for reader in readers:
            try:
                row.append(next(reader))
            except StopIteration:
                return
        yield tuple(row)

def _sort_rows(rows):
    if len(rows) < 2: return rows
    middle = len(rows) // 2
    left = _sort_rows(rows[:middle])
    right = _sort_rows(rows[middle:])
    merged = []
    i = j = 0
    while i < len(left) and j < len(right):
        if right[j][0] < left[i][0]:
            merged.append(right[j])
            j += 1
        else:
            merged.append(left[i])
            i += 1
    return merged + left[i:] + right[j:]

def _sorted(items, *, key=None, reverse=False):
    items = list(items)
    keys = items if key is None else [key(item) for item in items]
    if _scripted(keys):
        rows = [(k, item) for k, item in zip(keys, items)]
        rows = _sort_rows(rows[::-1])[::-1] if reverse else _sort_rows(rows)
        return [row[1] for row in rows]
    if key is None: return sorted(items, reverse=reverse)
    return _sort_by(items, keys, reverse)

def _sort(items, *, key=None, reverse=False):
    fresh = _sorted(items, key=key, reverse=reverse)
    items.clear()
    items.extend(fresh)

def _max(*items, key=None, **standard):
    if len(items) == 1:
        items = list(items[0])
    if not items or (key is None and not _scripted(items)): return max(items, **standard)
    best = items[0]
    most = best if key is None else key(best)
    for item in items[1:]:
        value = item if key is None else key(item)
        if value > most:
            best = item
            most = value
    return best

def _min(*items, key=None, **standard):
    if len(items) == 1:
        items = list(items[0])
    if not items or (key is None and not _scripted(items)): return min(items, **standard)
    best = items[0]
    least = best if key is None else key(best)
    for item in items[1:]:
        value = item if key is None else key(item)
        if value < least:
            best = item
            least = value
    return best

def _equal(a, b):
    kind = type(a)
    if kind is list or kind is tuple:
        if type(b) is not kind or len(a) != len(b): return False
        for x, y in zip(a, b):
            if x is not y and not _equal(x, y): return False
        return True
    if kind is dict:
        if type(b) is not kind or len(a) != len(b): return False
        for key, item in a.items():
            if key not in b or not _equal(item, b[key]): return False
        return True
    return a == b

def _order(a, b, operator):
    for x, y in zip(a, b):
        if x is y or _equal(x, y): continue
        if operator == 0: return x < y
        if operator == 1: return x <= y
        if operator == 4: return x > y
        return x >= y
    return _operate(len(a), len(b), 16 + operator, False)

def _contains(items, wanted):
    try: source = iter(items)
    except TypeError: raise TypeError("argument of type '" + type(items).__name__ + "' is not iterable")
    for item in source:
        if item is wanted or item == wanted: return True
    return False

def _index(items, wanted):
    at = 0
    while at < len(items):
        if items[at] is wanted or items[at] == wanted: return at
        at += 1
    raise ValueError("tuple.index(x): x not in tuple" if type(items) is tuple else _repr(wanted) + " is not in list")

def _count(items, wanted):
    count = 0
    for item in items:
        if item is wanted or item == wanted: count += 1
    return count

def _remove(items, wanted):
    at = 0
    while at < len(items):
        if items[at] is wanted or items[at] == wanted:
            del items[at]
            return
        at += 1
    raise ValueError("list.remove(x): x not in list")

def _str(value):
    method = _shown(value, False)
    if method is not None:
        text = method()
        if type(text) is not str: raise TypeError("__str__ returned non-string (type " + type(text).__name__ + ")")
        return text
    if isinstance(value, BaseException):
        arguments = value.args
        if len(arguments) != 1: return _repr(arguments) if arguments else ""
        return _repr(arguments[0]) if isinstance(value, KeyError) else _str(arguments[0])
    return value if type(value) is str else _repr(value)

def _repr(value):
    method = _shown(value, True)
    if method is not None:
        text = method()
        if type(text) is not str: raise TypeError("__repr__ returned non-string (type " + type(text).__name__ + ")")
        return text
    kind = type(value)
    if kind is list: return "[" + ", ".join([_repr(item) for item in value]) + "]"
    if kind is tuple: return "(" + ", ".join([_repr(item) for item in value]) + (",)" if len(value) == 1 else ")")
    if kind is set and value: return "{" + ", ".join([_repr(item) for item in value]) + "}"
    if kind is dict: return "{" + ", ".join([_repr(key) + ": " + _repr(item) for key, item in value.items()]) + "}"
    if isinstance(value, BaseException): return kind.__name__ + "(" + ", ".join([_repr(item) for item in value.args]) + ")"
    if kind.__name__ in ("dict_keys", "dict_values", "dict_items"): return kind.__name__ + "([" + ", ".join([_repr(item) for item in value]) + "])"
    return _show(value)

def _print(*values, sep=" ", end="\n", flush=False):
    print(*[_str(value) for value in values], sep=sep, end=end)

async def _await(operation):
    return await operation

async def _call(function, arguments, named):
    return function(*arguments, **named)

async def _lock_enter(lock):
    await lock.acquire()

async def _lock_exit(lock, kind, error, trace):
    lock.release()

async def _wait_for_nothing(work, is_task):
    task = work if is_task else spawn(work)
    if task.done(): return task.result()
    task.cancel()
    try: return await task
    except CancelledError as e:
        if not task.cancelled(): raise
        raise TimeoutError from e

async def _timeout_enter(timer):
    await _timeout_begin(timer)
    return timer

async def _timeout_exit(timer, kind, error, trace):
    if await _timeout_end(timer, error): raise TimeoutError from error

def _queue_empty(queue):
    return queue.qsize() == 0

def _queue_full(queue):
    return queue.maxsize > 0 and queue.qsize() >= queue.maxsize

def _texts(text, values, named, asked):
    return _joined(text, values, named, [_str(value) if how == "s" else _repr(value) if how == "r" else format(value, specification) for value, how, specification in asked])

def _binary(a, b, own, forward, backward, operator, in_place, backward_first):
    if own is not None:
        result = own(a, b)
        if result is not NotImplemented: return result
    if backward_first and backward is not None:
        result = backward(b, a)
        if result is not NotImplemented: return result
        backward = None
    if forward is not None:
        result = forward(a, b)
        if result is not NotImplemented: return result
    if backward is not None:
        result = backward(b, a)
        if result is not NotImplemented: return result
    return _operate(a, b, operator, in_place)

def _sum(items, start=0):
    for item in items: start = start + item
    return start

def _tried(getter, object, asks, standard):
    try:
        value = getter(object)
    except AttributeError:
        return False if asks else standard
    return True if asks else value

def _call_got(getter, object, arguments, named):
    return getter(object)(*arguments, **named)

def _fromkeys(keys, value=None):
    return {key: value for key in keys}

def _hash_parts(key):
    if type(key) is tuple:
        for item in key: _hash_parts(item)
    else: _remember(key, hash(key))

def _key(table, key):
    _hash_parts(key)
    for other in _same_hash(table, key):
        if other is key or other == key: return other
    return key

def _get_item(table, key):
    return table[_key(table, key)]

def _set_item(table, key, item):
    table[_key(table, key)] = item

def _delete_item(table, key):
    del table[_key(table, key)]

def _has_key(table, key):
    return _key(table, key) in table

def _with_key(method, table, key, *rest):
    return method(_key(table, key), *rest)

def _set_of(items):
    made = set()
    for item in items: made.add(_key(made, item))
    return made

def _dict_of(items):
    made = {}
    at = 0
    while at < len(items):
        made[_key(made, items[at])] = items[at + 1]
        at += 2
    return made

def _by_index(items):
    at = 0
    while True:
        try:
            item = items[at]
        except IndexError:
            return
        yield item
        at += 1

def _by_index_back(items):
    at = len(items)
    while at > 0:
        at -= 1
        yield items[at]

def _iter_until(function, last):
    if not callable(function): raise TypeError("iter(v, w): v must be callable")
    return _iterated_until(function, last)
def _iterated_until(function, last):
    while True:
        item = function()
        if item == last: return
        yield item

def _collect_to_join(items):
    try: source = iter(items)
    except TypeError: raise TypeError("can only join an iterable")
    return [item for item in source]
)py";

}  // namespace

const Tree& prelude() {
  static const Source source(kText);
  static const Tree tree = [] {
    Tree made = parse(source);
    assert(!made.error && made.module.size() == static_cast<std::size_t>(Prelude::count));
    return made;
  }();
  return tree;
}

}  // namespace interleave
