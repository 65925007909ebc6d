from interleave import *
s1 = 'single' "double" """triple
line"""
print(s1)
print('a\tb\\n\x41\u00e9\101\'"', r'raw\n', len("héllo"), "héllo"[1], "héllo"[::-1], "hello"[1:4], "hello"[-3:], "hello"[::2])
print(repr("it's"), repr('say "hi"'), repr("both ' and \""), repr("tab\t\n\x00\x7f\\é"), ["a", 'b\n'], ('x',), {"k": 'v'}, {})
x = 3.14159
n = 1234567
w = 10
name = "abc"
print(f"{x:.2f}|{x:8.3f}|{x:<8.2f}|{x:^8.2f}|{x:+.1f}|{x:e}|{x:.3g}|{x:%}|{x:.1%}|{x}|{x!r}")
print(f"{n:,}|{n:_}|{n:>12}|{n:<12}|{n:^12}|{n:012}|{n:x}|{n:X}|{n:#x}|{n:b}|{n:o}|{n:e}|{n:.2f}|{n:+d}|{n: d}|{n:*^15}")
print(f"{name:>6}|{name:<6}|{name:^7}|{name:.2}|{name!r:>8}|{name:-^9}|{{}}|{name + 'x'}|{[1, 2]}|{ {'a': 1} }")
print(f"{x=}", f"{n = }", f"{x=:.1f}", f"{w + 1=}", f"{x:{w}.{2}f}", f"{'nested'}" f"{1}" "plain")
print(f'{"a" if n > 3 else "b"}', f"{n:>{w}}", f"{-5:05d}", f"{-1234.5:,.2f}", f"{1e20:.3}", f"{1234.5:.3}", f"{0.00001234:.3}", f"{100.0:.2}", f"{3.0:.3}", f"{True}", f"{None}", f"{True:d}")
print("a,b,,c".split(","), " a  b ".split(), "a b c".split(" ", 1), "-".join(["x", "y"]), "abc".upper(), "ABC".lower(), "  x ".strip() + "|", "xxabxx".strip("x"), "abc".find("c"), "abc".find("z"), "banana".count("an"), "banana".replace("an", "AN"))
print("abc".startswith("ab"), "abc".endswith(("x", "bc")), "7".zfill(3), "-7".zfill(4), "a".ljust(3) + "|", "a".rjust(3, "*"), "12".isdigit(), "".isdigit(), "hello world".title(), "a\nb\r\nc".splitlines(), "abc".index("b"))
print("ab" * 3, 3 * "ab", "a" + "b", "ab" == "ab", "a" * -1, "x" in "xyz")
print(str(1.5) + str(None) + str([1]) + str((1, 2)), repr("x"), chr(233), ord("é"), len(""), str(True))
print("a", "b", sep="-")
print()
print("a\
b")
for c in "hé!":
    print(c)
print(1e5, 1.5e10, 123456789012345680.0, 0.0001, 1/7, 1e22, 1e21, 12345678901234567890.0)
print(f"{1e6:g} {1e5:g} {0.0001:g} {123456.789:g} {1.0:g} {1e-7:g} {2.50:g}")
print(f"{3:5}|{'a':5}|{3.0:5}|{None!s:6}|{[1]!r:8}|{'%'}")
# Long parts, of texts that nearly match everywhere.
much, nearly = "a" * 2_000_000, "a" * 1_000_000 + "b"
print(nearly in much, much.find(nearly), much.count(nearly), much.split(nearly) == [much], len(much.replace(nearly, "")), len(much.partition(nearly)[0]))
print(("b" + much).rfind("b" + nearly), (much + "b").rfind(nearly), (much + "b").find(nearly), len((much + "b").rpartition(nearly)[0]), len((much + "b").rsplit(nearly)[0]))
block = "ab" * 40 + "c"
wave = block * 5 + "é" + "ab" * 60 + block
print(wave.find(block), wave.find(block, 1), wave.rfind(block), wave.count(block), wave.find("ab" * 50), wave.rfind("ab" * 50), wave.find("ab" * 80), wave.index(block + "é"), [len(p) for p in wave.split(block)], [len(p) for p in wave.rsplit(block, 2)], wave.replace(block, "-"), wave.replace(block, "-", 2).count("-"), wave in block)
