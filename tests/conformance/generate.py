"""generate.py --seed N [--count K] [--features a,b,...] FOLDER -- writes random programs of the subset, made_<seed>.py.

One seed, one program, always the same. Programs are typed while they are made, so that most of them run to their end;
whole numbers stay small (ours have 64 bits); loops are bounded; a mistake happens where a `try` waits for it, and now
and then where none does. Each prints what it computes on the way, so that the first line that differs says where.
"""
import argparse
import pathlib
import random

# What programs may be made of. Taken out while our side lacks it.
FEATURES = ["tasks", "closures", "exceptions", "generators", "classes", "with", "locks", "scopes", "async", "send", "operators"]
ALL = FEATURES

WORDS = ["ant", "Bee", "cat", "dog ", " elk", "fox-hen", "", "gnu,owl", "12", "x1"]


AMOUNT = """\
class Amount:
    def __init__(self, n):
        self.n = n % 50

    def __add__(self, other): return Amount(self.n + (other.n if isinstance(other, Amount) else other))
    def __sub__(self, other): return Amount(self.n - other) if isinstance(other, int) else NotImplemented
    def __rsub__(self, other): return Amount(other - self.n)
    def __eq__(self, other): return isinstance(other, Amount) and self.n == other.n
    def __lt__(self, other): return self.n < other.n
    def __gt__(self, other): return self.n > other.n
    def __hash__(self): return hash(self.n)
    def __len__(self): return self.n
    def __getitem__(self, i): return list(range(self.n))[i] if self.n > 3 else i
    def __iter__(self): return iter([self.n] * 2)
    def __repr__(self): return f"Amount({self.n})"
    def __str__(self): return f"{self.n} of it"
    def __format__(self, spec): return format(self.n, spec) if spec else str(self)"""
TICKS = """\
async def ticks(n):
    try:
        for i in range(n):
            await io(i % 2 * ms)
            yield i
    finally:
        n = 0


async def late(n):
    await io(n * ms)
    return n"""


class Maker:
    def __init__(self, seed, features):
        self.random = random.Random(seed)
        self.features = features
        self.lines = []
        self.depth = 0
        self.names = 0
        self.scopes = [{}]       # name -> type
        self.functions = []      # (name, parameter types, result type)
        self.classes = []        # (name, attributes, methods)
        self.generators = []     # (name, parameter count)
        self.in_loop = 0
        self.in_function = 0
        self.in_finally = 0
        self.budget = 60         # statements
        self.is_async = False

    # -- small things

    def has(self, feature): return feature in self.features
    def chance(self, share): return self.random.random() < share
    def pick(self, *options): return self.random.choice(options)
    def number(self, low, high): return self.random.randint(low, high)

    def line(self, text):
        self.lines.append("    " * self.depth + text)

    def new_name(self, start="v"):
        self.names += 1
        return f"{start}{self.names}"

    def variables(self, kind):
        return [name for scope in self.scopes for name, its in scope.items() if its == kind]

    # -- expressions

    def expression(self, kind, depth=3):
        known = self.variables(kind)
        if known and self.chance(0.35):
            return self.random.choice(known)
        if depth <= 0:
            return self.literal(kind)
        return getattr(self, "make_" + kind)(depth - 1)

    def literal(self, kind):
        if kind == "int":
            return str(self.number(-20, 20))
        if kind == "float":
            return repr(self.pick(0.0, 0.5, -1.25, 3.0, 1e3, 2.75, -0.1, 1 / 3, 1e-3, 123.456))
        if kind == "bool":
            return self.pick("True", "False")
        if kind == "text":
            return repr(self.random.choice(WORDS))
        if kind == "list":
            return "[" + ", ".join(str(self.number(-9, 9)) for _ in range(self.number(0, 5))) + "]"
        if kind == "dict":
            return "{" + ", ".join(f"{key!r}: {self.number(-9, 9)}" for key in self.random.sample("abcde", self.number(0, 4))) + "}"
        assert kind == "tuple"
        return f"({self.number(-9, 9)}, {self.random.choice(WORDS)!r})"

    def make_int(self, d):
        e = self.expression
        options = [
            lambda: f"({e('int', d)} {self.pick('+', '-')} {e('int', d)})",
            lambda: f"({e('int', d)} * {e('int', d)}) % {self.pick(7, 97, -13, 1009)}",
            lambda: f"({e('int', d)} // {self.pick(2, 3, -4, 7)})",
            lambda: f"({e('int', d)} % {self.pick(2, 5, -6, 11)})",
            lambda: f"({e('int', d)} {self.pick('&', '|', '^')} {e('int', d)})",
            lambda: f"(({e('int', d)} % 100) {self.pick('<<', '>>')} {self.number(0, 5)})",
            lambda: f"abs({e('int', d)})", lambda: f"-{e('int', 0)}", lambda: f"(~{e('int', d)})",
            lambda: f"len({e(self.pick('list', 'text', 'dict'), d)})",
            lambda: f"sum({e('list', d)})", lambda: f"int({e('float', d)} * 10 % 1000)",
            lambda: f"({e('int', d)} if {e('bool', d)} else {e('int', d)})",
            lambda: f"{self.pick('max', 'min')}({e('int', d)}, {e('int', d)})",
            lambda: f"({e('list', d)} + [0])[{self.pick('0', '-1')}]",
            lambda: f"{e('dict', d)}.get({self.random.choice('abcde')!r}, {self.number(0, 9)})",
            lambda: f"round({e('float', d)} % 100)", lambda: f"{e('text', d)}.{self.pick('find', 'count')}({self.random.choice('aeo-')!r})",
            lambda: f"sum(x * {self.number(1, 5)} for x in {e('list', d)} if x % {self.pick(2, 3)})",
            lambda: f"divmod({e('int', d)}, {self.pick(3, -5, 10)})[{self.number(0, 1)}]",
            lambda: f"pow({e('int', d)}, {self.number(0, 40)}, {self.pick(7, 97, -13, 1009)})", lambda: f"({e('int', d)}).bit_length()",
            lambda: f"sum({e('dict', d)}.values())", lambda: f"len(set({e('list', d)}) {self.pick('|', '&', '-', '^')} {{0, 1, 2}})",
            lambda: f"int({e('bool', d)})", lambda: f"{e('tuple', d)}[0]", lambda: f"ord(({e('text', d)} + 'z')[0])",
        ]
        calls = [f for f in self.functions if f[2] == "int"]
        if calls:
            options += [lambda: self.call(self.random.choice(calls), d)] * 3
        if self.has("closures"):
            options += [lambda: f"(lambda a, b={self.number(0, 9)}: {self.pick('a - b', 'b + a % 5', 'a if a > b else b')})({e('int', d)})"]
        if self.has("generators") and self.generators:
            options += [lambda: f"next({self.make_generator(d)}, {self.number(-5, 5)})", lambda: f"sum({self.make_generator(d)})"] * 2
        if self.has("classes") and self.classes:
            options += [lambda: self.method_call(d)] * 3
        return self.random.choice(options)()

    def make_float(self, d):
        e = self.expression
        return self.random.choice([
            lambda: f"({e('float', d)} {self.pick('+', '-', '*')} {e('float', d)})",
            lambda: f"({e('int', d)} / {self.pick(2, 3, -7, 8)})",
            lambda: f"({e('float', d)} / {self.pick(0.5, 3.0, -2.5)})",
            lambda: f"({e('float', d)} {self.pick('//', '%')} {self.pick(0.75, 2.0, -3.5)})",
            lambda: f"float({e('int', d)})", lambda: f"abs({e('float', d)})", lambda: f"round({e('float', d)}, {self.number(0, 3)})",
            lambda: f"({e('int', d)} * {e('float', 0)})", lambda: f"({e('float', d)} if {e('bool', d)} else {e('float', d)})",
            lambda: f"max({e('float', d)}, {e('int', d)} * 1.0)", lambda: f"({self.number(0, 9)} ** {self.pick(0.5, 2.0, -1)} + 0.5)" if self.chance(0.5) else "(2 ** -3)",
        ])()

    def make_bool(self, d):
        e = self.expression
        return self.random.choice([
            lambda: f"({e('int', d)} {self.pick('<', '<=', '==', '!=', '>', '>=')} {e('int', d)})",
            lambda: f"({e('int', d)} < {e('int', d)} <= {e('int', d)})",
            lambda: f"({e('float', d)} {self.pick('<', '>')} {e('int', d)})",
            lambda: f"({e('text', d)} {self.pick('<', '==', '!=', '>=')} {e('text', d)})",
            lambda: f"({e('int', d)} {self.pick('in', 'not in')} {e('list', d)})",
            lambda: f"({self.random.choice('abcde')!r} in {e(self.pick('text', 'dict'), d)})",
            lambda: f"({e('bool', d)} {self.pick('and', 'or')} {e('bool', d)})", lambda: f"(not {e(self.pick('bool', 'int', 'list', 'text'), d)})",
            lambda: f"bool({e(self.pick('int', 'list', 'dict', 'text', 'float'), d)})",
            lambda: f"{self.pick('any', 'all')}(x > {self.number(-3, 3)} for x in {e('list', d)})",
            lambda: f"({e('list', d)} {self.pick('==', '<', '>=')} {e('list', d)})",
            lambda: f"{e('text', d)}.{self.pick('isalpha()', 'isdigit()', 'isalnum()')}", lambda: f"set({e('list', d)}).isdisjoint({e('list', d)})", lambda: f"{e('text', d)}.startswith({self.random.choice('aBc')!r})",
        ])()

    def make_text(self, d):
        e = self.expression
        spec = self.pick("", ":5", ":<4", ":>6", ":+d", ":03d", ":x", ":,")
        return self.random.choice([
            lambda: f"({e('text', d)} + {e('text', d)})", lambda: f"{e('text', d)}[{self.slice_()}]",
            lambda: f"({e('text', d)} * {self.number(0, 3)})", lambda: f"str({e(self.pick('int', 'float', 'bool', 'list', 'dict', 'tuple'), d)})",
            lambda: f"repr({e(self.pick('text', 'list', 'float'), d)})",
            lambda: f"{e('text', d)}.{self.pick('upper()', 'lower()', 'strip()', 'title()', 'lstrip()')}",
            lambda: f"{e('text', d)}.replace({self.random.choice('aeo-')!r}, {self.random.choice('xyz')!r})",
            lambda: f"{self.random.choice(',- ')!r}.join({e('text', d)}.split({self.pick('', repr(','), repr('-'))}))",
            lambda: f"''.join(reversed({e('text', d)}))", lambda: f"f'<{{{self.plain('int')}{spec}}}>'", lambda: f"f'{{{self.plain('text')}!r:>8}}|{{{self.plain('list')}}}'",
            lambda: f"', '.join(str(x) for x in {e('list', d)})", lambda: f"({e('text', d)} or 'none')", lambda: f"str({e('int', d)}).{self.pick('zfill(5)', 'rjust(4)', 'ljust(4)')}",
            lambda: f"('%{self.pick('d', '5d', '-4d', '+03d', 'x', '#o', 's', '.2f')}|%s' % ({e('int', d)}, {e(self.pick('text', 'list', 'float'), d)}))",
            lambda: f"'{{:{self.pick('', '>6', '_', '#x', '+08,d')}}}|{{!r:{self.pick('', '<9', '^12')}}}'.format({e('int', d)}, {e('text', d)})",
            lambda: f"{self.pick('hex', 'oct', 'bin')}({e('int', d)})", lambda: f"'{{0[0]}} {{n:.1f}}'.format({e('tuple', d)}, n={e('float', d)})",
            lambda: f"{e('text', d)}.{self.pick('swapcase()', 'casefold()', 'rpartition(chr(97))[2]', 'expandtabs(3)')}", lambda: f"' '.join({e('text', d)}.rsplit({self.pick('None', repr('-'))}, 1))",
            lambda: f"{e('tuple', d)}[1]", lambda: f"f'{{{self.plain('float')}:{self.pick('.2f', '8.3f', '.1e', 'g', '.0f')}}}'",
        ])()

    def plain(self, kind):
        """Something that may stand in an f-string of 3.11: without quotes and braces."""
        known = self.variables(kind)
        return self.random.choice(known) if known else {"text": "str(12)"}.get(kind) or self.literal(kind)

    def make_list(self, d):
        e = self.expression
        return self.random.choice([
            lambda: f"[{', '.join(e('int', d) for _ in range(self.number(0, 4)))}]",
            lambda: f"({e('list', d)} + {e('list', d)})[:8]", lambda: f"{e('list', d)}[{self.slice_()}]", lambda: f"sorted({e('list', d)})",
            lambda: f"sorted({e('list', d)}, reverse=True)", lambda: f"list(reversed({e('list', d)}))", lambda: f"list(range({self.number(-3, 3)}, {self.number(0, 9)}, {self.pick(1, 2, 3)}))",
            lambda: f"[x {self.pick('+', '-', '*')} {self.number(1, 4)} for x in {e('list', d)}]",
            lambda: f"[x for x in {e('list', d)} if x {self.pick('>', '<', '!=')} {self.number(-2, 4)}]",
            lambda: f"[x * y for x in range({self.number(1, 3)}) for y in {e('list', 0)} if x != y]",
            lambda: f"[a + b for a, b in zip({e('list', d)}, {e('list', d)})]", lambda: f"[i * x for i, x in enumerate({e('list', d)})]",
            lambda: f"list({e('dict', d)}.values())", lambda: f"[len(x) for x in {e('text', d)}.split()]",
            *([lambda: f"list({self.make_generator(d)})"] * 3 if self.has("generators") and self.generators else []),
            *([lambda: f"sorted({e('list', d)}, key=lambda x: ({self.pick('-x', 'x % 3', 'abs(x)')}, x))",
               lambda: f"list({self.pick('map', 'filter')}(lambda x: x {self.pick('%', '//', '-')} 2, {e('list', d)}))"] if self.has("closures") else []),
        ])()

    def make_dict(self, d):
        e = self.expression
        return self.random.choice([
            lambda: "{" + ", ".join(f"{key!r}: {e('int', d)}" for key in self.random.sample("abcde", self.number(0, 3))) + "}",
            lambda: f"dict(zip({self.pick('abc', 'edcba')!r}, {e('list', d)}))",
            lambda: f"{{c: i for i, c in enumerate({self.pick('cab', 'bad', 'ee')!r})}}", lambda: f"dict({e('dict', d)})",
        ])()

    def make_tuple(self, d):
        return f"({self.expression('int', d)}, {self.expression('text', d)})"

    def slice_(self):
        part = lambda: self.pick("", str(self.number(-4, 5)))
        return f"{part()}:{part()}" + self.pick("", "", ":2", ":-1")

    def call(self, function, d):
        name, parameters, _ = function
        return f"{name}({', '.join(self.expression(kind, d) for kind in parameters)})"

    def make_generator(self, d):
        name = self.random.choice(self.generators)
        return f"{name}({self.expression('int', 0)} % 6)"

    def method_call(self, d):
        name, methods = self.random.choice(self.classes)
        return f"{name}({self.expression('int', d)}).{self.random.choice(methods)}({self.expression('int', d)})"

    # -- statements

    def block(self, statements, in_loop=None):
        self.depth += 1
        self.scopes.append({})
        before = len(self.lines)
        for _ in range(statements):
            if self.budget > 0:
                self.statement()
        if len(self.lines) == before:
            self.line("pass")
        self.scopes.pop()
        self.depth -= 1

    def statement(self):
        self.budget -= 1
        options = [self.assign] * 5 + [self.show] * 4 + [self.change] * 4
        if self.depth < 5:
            options += [self.if_] * 2 + [self.for_] * 2 + [self.while_]
            if self.has("exceptions"):
                options += [self.try_] * 3
            if self.has("closures") and self.depth < 3:
                options += [self.closure]
            if self.has("with") and self.depth < 4:
                options += [self.with_]
            if self.has("exceptions") and self.depth < 4:
                options += [self.finally_]
            if self.has("scopes") and self.depth < 4:
                options += [self.scoping]
            if self.has("send") and self.depth < 4:
                options += [self.send_]
            if self.has("operators") and self.depth < 4:
                options += [self.operators]
        if self.in_loop and not self.in_finally:
            options += [self.leave_loop]
        if self.in_function and not self.in_finally:
            options += [self.return_early]
        if self.has("exceptions") and self.chance(0.5):
            options += [self.raise_]
        if self.is_async:
            options += [self.wait] * 2
            if self.has("async") and self.depth < 4:
                options += [self.async_for, self.async_for, self.limit]
        self.random.choice(options)()

    def assign(self):
        kind = self.pick("int", "int", "float", "text", "list", "dict", "bool", "tuple")
        name = self.new_name()
        self.line(f"{name} = {self.expression(kind)}")
        self.scopes[-1][name] = kind

    def show(self):
        kinds = [self.pick("int", "float", "text", "list", "dict", "bool", "tuple") for _ in range(self.number(1, 3))]
        self.line(f"print({', '.join(self.expression(kind) for kind in kinds)})")

    def change(self):
        kind = self.pick("int", "list", "dict", "text", "int")
        known = self.variables(kind)
        if not known:
            return self.assign()
        name = self.random.choice(known)
        e = self.expression
        if kind == "int":
            self.line(self.pick(f"{name} += {e('int')}", f"{name} -= {e('int')}", f"{name} = {name} * 3 % 101", f"{name} //= {self.pick(2, -3)}", f"{name} %= {self.number(2, 50)}"))
        elif kind == "list":
            self.line(self.pick(f"{name}.append({e('int')})", f"{name}.extend({e('list', 1)}[:3])", f"{name}.sort()", f"{name}.reverse()", f"{name}.insert({self.number(-2, 3)}, {e('int')})",
                                f"{name} += [{e('int')}]", f"{name} = {name}[:6]", f"{name}.append({name}.pop() if {name} else 0)"))
        elif kind == "dict":
            self.line(self.pick(f"{name}[{self.random.choice('abcxyz')!r}] = {e('int')}", f"{name}.pop({self.random.choice('abc')!r}, None)", f"{name}.update({e('dict', 1)})",
                                f"{name}.setdefault({self.random.choice('abc')!r}, {e('int')})"))
        else:
            self.line(f"{name} = ({name} + {e('text', 1)})[:12]")

    def if_(self):
        self.line(f"if {self.expression('bool')}:")
        self.block(self.number(1, 3))
        while self.chance(0.25):
            self.line(f"elif {self.expression('bool')}:")
            self.block(self.number(1, 2))
        if self.chance(0.5):
            self.line("else:")
            self.block(self.number(1, 3))

    def loop_body(self):
        self.in_loop += 1
        self.block(self.number(1, 3))
        self.in_loop -= 1
        if self.chance(0.2):
            self.line("else:")
            self.block(1)

    def for_(self):
        name, e = self.new_name("i"), self.expression
        kind, source = self.random.choice([
            ("int", f"range({self.number(0, 5)})"), ("int", f"{e('list', 1)}[:5]"), ("text", f"{e('text', 1)}[:4]"), ("text", f"sorted({e('dict', 1)})"), ("int", f"range({self.number(3, 6)}, 0, -2)"),
            *([("int", self.make_generator(1))] * 2 if self.has("generators") and self.generators else [])])
        if self.chance(0.2):
            index = self.new_name("n")
            self.line(f"for {index}, {name} in enumerate({source}):")
            self.scopes.append({name: kind, index: "int"})
        else:
            self.line(f"for {name} in {source}:")
            self.scopes.append({name: kind})
        self.loop_body()
        self.scopes.pop()

    def while_(self):
        name = self.new_name("w")
        self.line(f"{name} = 0")
        self.line(f"while {name} < {self.number(1, 4)}{self.pick('', ' and ' + self.expression('bool', 1))}:")
        self.depth += 1
        self.line(f"{name} += 1")
        self.depth -= 1
        self.scopes.append({name + " ": "counter"})   # read, never changed by the body
        self.loop_body()
        self.scopes.pop()

    def leave_loop(self):
        self.line(f"if {self.expression('bool', 1)}:")
        self.line("    " + self.pick("break", "continue"))

    def return_early(self):
        self.line(f"if {self.expression('bool', 1)}:")
        self.line(f"    return {self.expression('int', 1)}")

    def try_(self):
        self.line("try:")
        self.depth += 1
        risky = self.pick(f"{self.expression('int')} // ({self.expression('int', 1)} % 2)", f"{self.expression('list', 1)}[{self.number(0, 6)}]", f"{self.expression('dict', 1)}[{self.random.choice('abcde')!r}]",
                          f"int({self.expression('text', 1)}[:17])", f"{self.expression('int', 1)} + {self.expression('text', 1)}", f"{self.expression('list', 1)}.index({self.number(0, 9)})")
        self.line(f"print({risky})")
        self.depth -= 1
        self.block(self.number(0, 2)) if self.chance(0.5) else None
        for error in self.random.sample(["ZeroDivisionError", "IndexError", "KeyError", "ValueError", "(TypeError, LookupError)"], self.number(0, 2)):
            self.line(f"except {error}:")
            self.block(1)
        self.line("except Exception as error:")
        self.line("    print('caught', type(error).__name__)")
        if self.chance(0.3):
            self.line("else:")
            self.block(1)
        if self.chance(0.4):
            self.line("finally:")
            self.in_finally += 1
            self.block(1)
            self.in_finally -= 1

    def raise_(self):
        self.line(f"if {self.expression('bool', 1)} and {self.expression('bool', 1)}:")
        self.line(f"    raise {self.pick('ValueError', 'KeyError', 'RuntimeError')}({self.expression('text', 1)})")

    def with_(self):
        self.line(f"with Noted({self.expression('text', 1)}):")
        self.block(self.number(1, 2))

    def finally_(self):
        """What a finally says goes before what was on its way; and what it raises hides that."""
        name = self.new_name("f")
        e = self.expression
        self.line(f"def {name}(x):")
        self.depth += 1
        self.line(f"for k in range({self.number(1, 3)}):")
        self.line("    try:")
        self.line(f"        {self.pick('x = 12 // (x % 3)', 'x += [1, 2][x % 4]', 'return x + 1', 'x -= 1')}")
        if self.chance(0.6):
            self.line(f"    except {self.pick('ZeroDivisionError', 'IndexError', 'ArithmeticError', 'Exception')} as error:")
            self.line(f"        {self.pick('x += 1', 'raise KeyError(x) from error', 'return -x', 'continue')}")
            if self.chance(0.4):
                self.line("    else:")
                self.line("        x += 10")
        self.line("    finally:")
        self.line(f"        print('finally', k, {self.pick('x', 'x % 5', 'k * 2')})")
        self.line(f"        {self.pick('x += 1', 'pass', 'if x % 2: break', 'if x % 3 == 0: continue', 'if x % 4 == 1: return 99', 'if x % 5 == 2: raise ValueError(x)')}")
        self.line("return x")
        self.depth -= 1
        self.line("try:")
        self.line(f"    print({name}({e('int', 1)} % 7))")
        self.line("except Exception as error:")
        self.line("    print(repr(error), type(error.__cause__).__name__)")

    def scoping(self):
        """A comprehension's names are its own; := gives to the function around it."""
        name, last = self.new_name("q"), self.new_name("q")
        e = self.expression
        self.line(f"{name} = {e('int', 1)}")
        self.line(f"print([{name} * k for {name} in range(3) for k in ({e('int', 0)}, {name})], {name})")
        self.line(f"print([{last} := x + {name} for x in {e('list', 1)}[:3] + [1]], {last})")
        self.line(f"print({{x: [y for y in range(x)] for x in range({self.number(1, 4)})}}, [f(2) for f in [lambda a, {name}={name}: a + {name}]])")
        self.scopes[-1][last] = "int"

    def send_(self):
        """A generator that is sent to, thrown into and closed."""
        name, g = self.new_name("co"), self.new_name("g")
        self.line(f"def {name}(total):")
        self.depth += 1
        self.line("try:")
        self.line("    while True:")
        self.line("        try:")
        self.line(f"            got = yield total {self.pick('+ 1', '* 2 % 100', '- 3')}")
        self.line("            total += got")
        self.line(f"        except {self.pick('KeyError', 'ValueError', 'LookupError')} as error:")
        self.line("            print('heard', type(error).__name__, error)")
        if self.chance(0.5):
            self.line("            return total")
        self.line("finally:")
        self.line("    print('closed', total)")
        self.depth -= 1
        self.line(f"{g} = {name}({self.expression('int', 1)})")
        self.line("try:")
        self.line(f"    print(next({g}), {g}.send({self.number(-5, 5)}), {g}.send({self.expression('int', 1)}))")
        self.line(f"    print({g}.throw({self.pick('KeyError', 'ValueError')}({self.number(0, 9)})))")
        self.line(f"    {g}.close()")
        self.line("except (Exception, StopIteration) as error:")
        self.line("    print(type(error).__name__, error)")
        self.line("finally:")  # one that is dropped half way is closed at another time here: README.md
        self.line(f"    {g}.close()")

    def operators(self):
        e = self.expression
        a, b = self.new_name("z"), self.new_name("z")
        self.line(f"{a}, {b} = Amount({e('int', 1)}), Amount({e('int', 1)})")
        for _ in range(self.number(1, 3)):
            self.line(f"print({self.pick(f'{a} + {b}', f'{a} - 3', f'5 - {b}', f'{a} == {b}', f'{a} < {b}', f'sorted([{a}, {b}, Amount(0)])', f'{{{a}: 1, {b}: 2}}', f'max({a}, {b})', f'len({a})', f'bool({b})', f'{a}[{self.number(-3, 3)}]', f'list({b})')})")
        self.line(f"print(f'{{{a}}} {{{b}!r:>12}} {{{a}:{self.pick('', 'x', '>9')}}}', str({b}), '%s %r' % ({a}, {b}))")

    def async_for(self):
        e = self.expression
        name = self.new_name("i")
        self.line(self.pick(f"print([x async for x in ticks({e('int', 1)} % 4) if x != {self.number(0, 3)}])", f"print({{x: x * 2 async for x in ticks({self.number(0, 4)})}})",
                            f"print(sum([x + 1 async for x in ticks({self.number(0, 4)})]))"))
        if self.chance(0.5):
            self.line(f"async for {name} in ticks({self.number(0, 4)}):")
            self.scopes.append({name: "int"})
            self.block(self.number(1, 2))
            self.scopes.pop()

    def limit(self):
        self.line("try:")
        waited = self.pick(f"late({self.number(0, 6) * 2})", f"gather(late({self.number(0, 6) * 2}), late(2))")
        self.line(f"    print(await wait_for({waited}, {self.number(1, 6) * 2 + 1} * ms))")
        self.line("except TimeoutError:")
        self.line("    print('late')")

    def closure(self):
        name, cell = self.new_name("f"), self.new_name("c")
        self.line(f"{cell} = {self.expression('int', 1)}")
        self.line(f"def {name}(x, y={self.expression('int', 1)}):")
        self.depth += 1
        self.line(f"nonlocal {cell}")
        self.line(f"{cell} = ({cell} + x) % 1000")
        self.line(f"return {self.pick('x + y', f'{cell} - y', f'x * 2 + {cell}')}")
        self.depth -= 1
        self.line(f"print({name}({self.expression('int', 1)}), {name}({self.expression('int', 1)}, y={self.number(0, 5)}), {cell})")
        self.scopes[-1][cell] = "int"

    # -- definitions

    def function(self):
        name, parameters = self.new_name("f"), [self.pick("int", "int", "list", "text", "float") for _ in range(self.number(1, 3))]
        names = [self.new_name("p") for _ in parameters]
        self.line(f"def {name}({', '.join(names)}):")
        outer, self.scopes = self.scopes, [dict(zip(names, parameters))]
        self.in_function += 1
        loops, self.in_loop = self.in_loop, 0
        self.block(self.number(1, 4))
        self.depth += 1
        self.line(f"return ({self.expression('int')}) % 1000")
        self.depth -= 1
        self.in_function -= 1
        self.scopes, self.in_loop = outer, loops
        self.functions.append((name, parameters, "int"))
        self.line("")
        self.line("")

    def recursive(self):
        name = self.new_name("r")
        self.line(f"def {name}(n):")
        self.line(f"    if n <= {self.number(0, 2)}:")
        self.line(f"        return {self.number(0, 5)}")
        self.line(f"    return (n + {name}(n - {self.number(1, 2)}){self.pick('', f' + {name}(n - 2)')}) % 1000")
        self.line("")
        self.line("")
        wrapper = self.new_name("f")
        self.line(f"def {wrapper}(a):")
        self.line(f"    return {name}(abs(a) % 9)")
        self.line("")
        self.line("")
        self.functions.append((wrapper, ["int"], "int"))

    def generator(self):
        name, n = self.new_name("g"), self.new_name("p")
        self.line(f"def {name}({n}):")
        outer, self.scopes = self.scopes, [{n: "int"}]
        kept, self.generators = self.generators, self.generators
        self.depth += 1
        i = self.new_name("i")
        self.line(f"for {i} in range({n}):")
        self.scopes.append({i: "int"})
        self.depth += 1
        if self.chance(0.4):
            self.line(f"if {self.expression('bool', 1)}:")
            self.line(f"    {self.pick('continue', 'break', 'return')}")
        self.line(f"yield {self.expression('int', 2)}")
        self.depth -= 1
        self.scopes.pop()
        if kept and self.chance(0.4):
            self.line(f"yield from {self.random.choice(kept)}({n} - 1)")
        if self.chance(0.3):
            self.line(f"yield {self.expression('int', 1)}")
        self.depth -= 1
        self.scopes = outer
        self.generators = kept + [name]
        self.line("")
        self.line("")

    def class_(self):
        name = self.new_name("C")
        base, inherited = self.random.choice(self.classes) if self.classes and self.chance(0.4) else (None, [])
        self.line(f"class {name}({base}):" if base else f"class {name}:")
        self.line(f"    def __init__(self, a):")
        if base:
            self.line(f"        super().__init__(a + {self.number(0, 5)})")
        self.line(f"        self.{self.pick('a', 'b')} = a % 1000" if base else "        self.a = self.b = a % 1000")
        methods = []
        for _ in range(self.number(1, 2)):
            method = self.random.choice(inherited) if inherited and self.chance(0.5) else self.new_name("m")
            self.line("")
            self.line(f"    def {method}(self, x):")
            outer, self.scopes = self.scopes, [{"self.a": "int", "self.b": "int", "x": "int"}]
            classes, self.classes = self.classes, []
            if method in inherited and self.chance(0.5):
                self.line(f"        x = super().{method}(x)")
            self.line(f"        self.{self.pick('a', 'b')} = ({self.expression('int')}) % 1000")
            self.line(f"        return ({self.expression('int')}) % 1000")
            self.scopes, self.classes = outer, classes
            methods.append(method)
        self.classes.append((name, list(dict.fromkeys([*inherited, *methods]))))
        self.line("")
        self.line("")

    # -- tasks

    def wait(self):
        if self.has("locks") and self.chance(0.4):
            self.line("async with lock:")
            self.line(f"    await io({self.number(0, 3)} * ms)")
            self.line(f"    print('held', {self.expression('int', 1)})")
        elif self.has("locks") and self.chance(0.3):
            self.line(f"await queue.put({self.expression('int', 1)})")
            self.line("print('queued', queue.qsize())")
        else:
            self.line(self.pick(f"await io({self.number(0, 4)} * ms)", f"compute({self.number(0, 2)} * ms)", f"await io({self.number(1, 9)} * ms)"))

    def job(self):
        name, p = self.new_name("job"), self.new_name("p")
        self.line(f"async def {name}({p}):")
        outer, self.scopes = self.scopes, [{p: "int"}]
        self.is_async, self.in_function = True, self.in_function + 1
        self.line(f"    print({name!r}, {p})")
        self.block(self.number(2, 4))
        self.line(f"    return ({p} * {self.number(1, 5)}) % 100")
        self.is_async, self.in_function = False, self.in_function - 1
        self.scopes = outer
        self.line("")
        self.line("")
        return name

    def program(self):
        self.line("from interleave import *")
        self.line("")
        if self.has("locks"):
            self.line("lock = Lock()")
            self.line("queue = Queue()")
        self.line("")
        self.line("")
        if self.has("with"):
            for text in ("class Noted:", "    def __init__(self, name):", "        self.name = name", "", "    def __enter__(self):", "        print('enter', self.name)", "        return self", "",
                         "    def __exit__(self, kind, error, trace):", "        print('exit', self.name, kind.__name__ if kind else None)", f"        return {self.pick(True, False)}", "", ""):
                self.line(text)
        if self.has("operators"):
            self.lines += AMOUNT.splitlines() + ["", ""]
        if self.has("async"):
            self.lines += TICKS.splitlines() + ["", ""]
        for _ in range(self.number(1, 3)):
            self.random.choice([self.function, self.function, self.recursive] + ([self.generator] * 2 if self.has("generators") else []) + ([self.class_] * 2 if self.has("classes") else []))()
        jobs = []
        if self.has("tasks"):
            for _ in range(self.number(0, 2)):
                self.budget = max(self.budget, 12)
                jobs.append(self.job())
        self.budget = max(self.budget, 25)
        self.line("async def main():")
        self.is_async = bool(jobs)
        self.depth += 1
        for kind in ("int", "float", "text", "list", "dict", "bool", "tuple", "int", "list"):
            name = self.new_name()
            self.line(f"{name} = {self.expression(kind, 4)}")
            self.line(f"print({name})")
            self.scopes[-1][name] = kind
        self.depth -= 1
        self.block(self.number(6, 12))
        if jobs:
            self.line(f"    print(await gather({', '.join(f'{self.random.choice(jobs)}({self.number(0, 9)})' for _ in range(self.number(1, 5)))}))")
            if self.chance(0.5):
                self.line(f"    t = spawn({jobs[0]}({self.number(0, 9)}))")
                self.line(f"    print(await {jobs[-1]}({self.number(0, 9)}))")
                self.line("    print(await t)")
        self.line("    print('end')")
        self.line("")
        self.line("")
        self.line("run(main)")
        return "\n".join(self.lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--features", default=",".join(FEATURES))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    features = ALL if options.features == "all" else options.features.split(",")
    for seed in range(options.seed, options.seed + options.count):
        text = Maker(seed, features).program()
        compile(text, f"made_{seed}", "exec")
        (options.folder / f"made_{seed}.py").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
