// Mistakes: line, column and one plain sentence each. The import is line 1, so what is written here begins in line 2.
#include <gtest/gtest.h>

#include "script/run_script.h"

namespace interleave {
namespace {

struct Mistake {
  const char* source;
  const char* sentence;
};

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, GivesLineColumnAndASentence) { EXPECT_EQ(error_of(GetParam().source), GetParam().sentence) << GetParam().source; }

INSTANTIATE_TEST_SUITE_P(Syntax, Mistakes, testing::Values(
  Mistake{"x = ", "Line 2, column 5: A value is missing here; here stands the end of the line."},
  Mistake{"x = (1,\n2\n", "Line 2, column 5: This '(' is never closed."},
  Mistake{"x = [1, 2)", "Line 2, column 10: This ')' does not fit the '[' of line 2."},
  Mistake{"x = 1)", "Line 2, column 6: This ')' closes nothing."},
  Mistake{"if True\n  pass", "Line 2, column 8: ':' is missing before the block; here stands the end of the line."},
  Mistake{"if True:\npass", "Line 3, column 1: An indented block is missing here; write at least 'pass'."},
  Mistake{"x = 1\n   y = 2", "Line 3, column 4: This line is indented, but no block begins above it."},
  Mistake{"if 1:\n    x = 1\n  y = 2", "Line 4, column 3: This line is indented to no level that was open before."},
  Mistake{"if 1:\n\tx = 1\nif 2:\n        y = 2", "Line 5, column 1: The script is indented with tabs and with spaces; use spaces only."},
  Mistake{"x = 'abc", "Line 2, column 5: This text is never closed: its closing quote is missing."},
  Mistake{"x = \"ä\" $", "Line 2, column 9: '$' means nothing here."},
  Mistake{"x =\xc2\xa0" "1", "Line 2, column 4: This is a no-break space (U+00A0); write an ordinary space instead."},
  Mistake{"if\xe3\x80\x80True: pass", "Line 2, column 3: This is a space of another width (U+3000); write an ordinary space instead."},
  Mistake{"x = 1\xe2\x80\x8b", "Line 2, column 6: Here is a character that cannot be seen (U+200B); take it out."},
  Mistake{"print(\xe2\x80\x9chi\xe2\x80\x9d)", "Line 2, column 7: This is a quotation mark of printed text (U+201C); write \" instead."},
  Mistake{"while x = 3: pass", "Line 2, column 9: A single = assigns; a comparison is written ==."},
  Mistake{"1 = 2", "Line 2, column 1: This cannot be assigned to; for a comparison write ==."},
  Mistake{"x = 200ms", "Line 2, column 5: A name cannot begin with a digit; put a * between a number and a unit, such as 200 * ms."},
  Mistake{"x = 012", "Line 2, column 5: A number does not begin with 0; leave the zero away."},
  Mistake{"x = 9223372036854775808", "Line 2, column 5: The number does not fit: whole numbers have 64 bits here."},
  Mistake{"f(a=1, 2)", "Line 2, column 8: An argument without a name follows one with a name."},
  Mistake{"break", "Line 2, column 1: 'break' can only stand in a loop."},
  Mistake{"return 1", "Line 2, column 1: 'return' can only stand in a function."},
  Mistake{"print(f'{')", "Line 2, column 9: The '{' in this f-string is never closed."},
  Mistake{"print(f'{}')", "Line 2, column 9: A value is missing between the braces of this f-string."},
  Mistake{"print(f'a {nothing}')", "Line 2, column 12: The name 'nothing' is not known here."},
  Mistake{"if 1: pass\nelse if 2: pass", "Line 3, column 6: 'else if' is written 'elif'."},
  Mistake{"print 'x'", "Line 2, column 7: What is printed stands in brackets: print(...)."},
  Mistake{"elif x: pass", "Line 2, column 1: This 'elif' has no 'if' above it at the same indentation."}));

// What CPython 3.11 refuses, too: a program that runs here must run there.
INSTANTIATE_TEST_SUITE_P(AsInCPython, Mistakes, testing::Values(
  Mistake{"x = f\"{'\\n'.join(['a'])}\"", "Line 2, column 9: A backslash cannot stand inside an f-string's braces; give the text a name before."},
  Mistake{"def f():\n    print(g)\n    global g\ng = 1", "Line 4, column 5: 'g' is used before this line says where it belongs."},
  Mistake{"def f():\n    def g():\n        print(x)\n        nonlocal x\n    x = 1", "Line 5, column 9: 'x' is used before this line says where it belongs."},
  Mistake{"x := 1", "Line 2, column 3: ':=' needs brackets around it here; a line of its own assigns with =."},
  Mistake{"x = y := 1", "Line 2, column 7: ':=' needs brackets around it here; a line of its own assigns with =."},
  Mistake{"def f(): return x := 1", "Line 2, column 19: ':=' needs brackets around it here; a line of its own assigns with =."},
  Mistake{"print(sep=x := ' ')", "Line 2, column 13: ':=' needs brackets around it here; a line of its own assigns with =."},
  Mistake{"x = [1]\n(x[0] := 2)", "Line 3, column 3: Only a name can stand left of ':='."},
  Mistake{"[i := 0 for i in range(3)]", "Line 2, column 2: ':=' cannot give a value to 'i': the comprehension's own loop does."},
  Mistake{"[i for i in (j := range(3))]", "Line 2, column 14: ':=' cannot stand in what a comprehension runs over."},
  Mistake{"class A:\n    x = [(j := 0) for i in range(3)]", "Line 3, column 11: ':=' in a comprehension cannot stand in the body of a class."},
  Mistake{"def f(a, *, **k): pass", "Line 2, column 10: After a bare * a parameter is missing."}));

// Every construct of Python 3.11 that is left out: src/script/README.md lists them.
INSTANTIATE_TEST_SUITE_P(LeftOut, Mistakes, testing::Values(
  Mistake{"import os", "Line 2, column 1: Only 'from interleave import *' can be imported; other modules are left out."},
  Mistake{"from interleave import Condition", "Line 2, column 24: interleave has no 'Condition'."},
  Mistake{"from interleave import Lock as L", "Line 2, column 29: Importing under another name is left out."},
  Mistake{"match x:\n  case 1: pass", "Line 2, column 1: 'match' is left out; use if and elif."},
  Mistake{"match 1:\n  case 1: pass", "Line 2, column 1: 'match' is left out; use if and elif."},
  Mistake{"class A:\n  __slots__ = ('a',)", "Line 3, column 3: '__slots__' of a class is left out."},
  Mistake{"class A:\n  def __setattr__(self, name, value): pass", "Line 3, column 7: '__setattr__' of a class is left out."},
  Mistake{"class A:\n  def __new__(cls): pass", "Line 3, column 7: '__new__' of a class is left out."},
  Mistake{"try:\n  pass\nexcept* ValueError: pass", "Line 4, column 1: 'except*' is left out."},
  Mistake{"class A(int, str): pass", "Line 2, column 14: A class has at most one base here."},
  Mistake{"class A(metaclass=M): pass", "Line 2, column 9: Named arguments of a class are left out."},
  Mistake{"class A(int): pass", "Line 2, column 7: A class inherits from a class of the script or from an exception, not from int."},
  Mistake{"def f(a, /): pass", "Line 2, column 10: '/' among the parameters is left out."},
  Mistake{"x = frozenset()", "Line 2, column 5: Python's 'frozenset' is left out of the language so far."},
  Mistake{"x = input()", "Line 2, column 5: Python's 'input' is left out of the language so far."},
  Mistake{"x = open('a')", "Line 2, column 5: Python's 'open' is left out of the language so far."},
  Mistake{"x = eval('1')", "Line 2, column 5: Python's 'eval' is left out of the language so far."},
  Mistake{"raise UnicodeDecodeError('a')", "Line 2, column 7: Python's 'UnicodeDecodeError' is left out of the language so far."},
  Mistake{"x = b'a'", "Line 2, column 5: Bytes are left out; use a str."},
  Mistake{"x = 3j", "Line 2, column 5: Complex numbers are left out."},
  Mistake{"x = 1 @ 2", "Line 2, column 7: '@' between values is left out."},
  Mistake{"x = param", "Line 2, column 5: 'param' can only be called here, not passed on."},
  Mistake{"def f():\n  raise", "Line 3, column 3: A 'raise' without an exception can only stand in an 'except'."},
  Mistake{"def f(g):\n  x = [i async for i in g()]", "Line 3, column 7: An asynchronous comprehension can only stand in an async def."},
  Mistake{"def f(g):\n  x = (await g(i) for i in [1])", "Line 3, column 7: An asynchronous generator expression can only stand in an async def."},
  Mistake{"async def f(g):\n  x = [i async if i]", "Line 3, column 16: After 'async' in an expression comes 'for'."},
  Mistake{"x = {1: 2}\nf(**x, **x)", "Line 3, column 8: A call has at most one ** argument here."},
  Mistake{"f(a=1, *x)", "Line 2, column 8: A * argument after a named one is left out; put it before."},
  Mistake{"def f():\n  async with x: pass", "Line 3, column 9: 'async with' can only stand in an async def."},
  Mistake{"x = [1]\nx.y = 2", "Line 3, column 3: The attributes of a list cannot be set; only objects of a class of your own have attributes."},
  Mistake{"x = Lock()\nwith x: pass", "Line 3, column 6: A Lock cannot stand in a 'with'; write 'async with'."}));

INSTANTIATE_TEST_SUITE_P(Operations, Mistakes, testing::Values(
  Mistake{"async def f():\n    await io()", "Line 3, column 11: io() needs a time, such as 200 * ms."},
  Mistake{"async def f():\n    await io(5)\nrun(f)", "Line 3, column 11: io() needs a time, such as 200 * ms; a plain number has no unit."},
  Mistake{"async def f():\n    io(5 * ms)", "Line 3, column 5: io() needs an await before it; without it nothing happens."},
  Mistake{"async def f():\n    await compute(5 * ms)", "Line 3, column 5: compute() is a plain call; leave the await away."},
  Mistake{"async def f():\n    await len([1])", "Line 3, column 5: len() gives nothing to wait for; leave the await away."},
  Mistake{"def f():\n    await io(5 * ms)", "Line 3, column 5: 'await' can only stand in an async def; write 'async def f'."},
  Mistake{"await io(5 * ms)", "Line 2, column 1: 'await' can only stand in an async def."},
  Mistake{"compute(5 * ms)", "Line 2, column 1: compute() cannot be asked at the top level; call it in a function that run() starts."},
  Mistake{"def f():\n    compute(5 * ms)\nf()", "Line 3, column 5: compute() cannot be asked at the top level; call it in a function that run() starts."},
  Mistake{"async def f():\n    await io(-5 * ms)\nrun(f)", "Line 3, column 11: io() got a negative time, -5 ms."},
  Mistake{"async def f(): pass\nasync def g():\n    await gather([f()])\nrun(g)", "Line 4, column 11: gather() got a list; put a * before it: gather(*tasks)."},
  Mistake{"async def f(): pass\nasync def g():\n    await gather(f)\nrun(g)", "Line 4, column 11: gather() got a function; call it: write brackets after its name."},
  Mistake{"async def f(): pass\nasync def g():\n    await f\nrun(g)", "Line 4, column 5: A function cannot be awaited; call it: write brackets after its name."},
  Mistake{"async def f(): pass\nasync def g():\n    c = f()\n    await c\n    await c\nrun(g)", "Line 6, column 5: This coroutine was awaited already; call the function again for another one."},
  Mistake{"async def f():\n    await 5\nrun(f)", "Line 3, column 5: An int cannot be awaited; only a call of an async def, an operation or a task can."},
  Mistake{"async def f():\n    sum_range(5, 1)\nrun(f)", "Line 3, column 5: sum_range() got 5 to 1; the list has the places 0 to 8388608."},
  Mistake{"async def f():\n    await request(5 * ms, size=-1)\nrun(f)", "Line 3, column 11: The size of request() is 0 to 67108864 bytes (64 MiB)."},
  Mistake{"async def f(): pass\nrun(f())", "Line 3, column 1: run() takes the function itself: write run(main), without brackets after main."},
  Mistake{"async def f(a): pass\nrun(f)", "Line 3, column 1: f() is called by run() without arguments, but has the parameter 'a' without a default."}));

INSTANTIATE_TEST_SUITE_P(Running, Mistakes, testing::Values(
  Mistake{"print(1 / 0)", "Line 2, column 9: Division by zero."},
  Mistake{"def f(n):\n  return [1][n]\nf(0)\nf(5)", "Line 3, column 13: Index 5 is outside the list, which has 1 item."},
  Mistake{"x = {}['a']", "Line 2, column 7: The dict has no key 'a'."},
  Mistake{"class X: pass\nX().y", "Line 3, column 5: An X has no attribute 'y'."},
  Mistake{"class XMLReader: pass\nXMLReader().y", "Line 3, column 13: An XMLReader has no attribute 'y'."},
  Mistake{"class User: pass\nUser().y", "Line 3, column 8: A User has no attribute 'y'."},
  Mistake{"class Url: pass\nUrl().__dict__", "Line 3, column 7: '__dict__' of a Url is left out of the language so far."},
  Mistake{"'a'.encode()", "Line 2, column 5: 'encode' of a str is left out of the language so far."},
  Mistake{"x = 1 + 'a'", "Line 2, column 7: A str and an int cannot be added; write str(...) around the int, or an f-string."},
  Mistake{"x = 'a' < 1", "Line 2, column 9: < does not work between str and int."},
  Mistake{"x = 5 * ms + 3", "Line 2, column 12: A time and a number cannot be added; give the number a unit, such as 5 * ms."},
  Mistake{"a, b = 1, 2, 3", "Line 2, column 1: 3 values cannot be unpacked into 2 names."},
  Mistake{"for i in 5: pass", "Line 2, column 10: A number has no items; write range(5) to count."},
  Mistake{"x = range(1.5)", "Line 2, column 5: range() needs whole numbers, not a float; write // instead of /, or int(...)."},
  Mistake{"def f(a): pass\nf()", "Line 3, column 1: f() needs the argument 'a'."},
  Mistake{"def f(a): pass\nf(1, 2)", "Line 3, column 1: f() takes 1 argument, but 2 are given."},
  Mistake{"def f(a): pass\nf(1, b=1)", "Line 3, column 1: f() has no parameter called 'b'."},
  Mistake{"def f(): return f()\nf()", "Line 2, column 17: The calls are nested more than 1000 deep."},
  Mistake{"x = 1\ndef f():\n  x += 1\nf()", "Line 4, column 3: 'x' has no value yet: a function that assigns a name has one of its own, apart from the top level's."},
  Mistake{"x = '%d' % 'a'", "Line 2, column 10: %d takes a number, not a str."},
  Mistake{"x = '%d %d' % 1", "Line 2, column 13: There are fewer values than the text has places for."},
  Mistake{"x = '{} {}'.format(1)", "Line 2, column 13: There are fewer values than the text has places for."},
  Mistake{"x = {1: 2}\nfor k in x: x[k + 1] = 0", "Line 3, column 1: The dict changed its size while it was looped over; loop over list(...) of it instead."},
  Mistake{"x = pow(2, 3, 0)", "Line 2, column 5: The third argument of pow() cannot be 0."},
  Mistake{"x = hex(1.5)", "Line 2, column 5: Only a whole number has digits in another base, not a float."},
  Mistake{"assert 1 > 2, f'no {1}'", "Line 2, column 1: The assertion failed: no 1"},
  Mistake{"try:\n  {}['k']\nexcept KeyError as e:\n  raise ValueError('no') from e", "Line 5, column 3: ValueError: no. Caused by line 3's KeyError ('k')."},
  Mistake{"try:\n  {}['k']\nexcept KeyError:\n  raise ValueError('no')", "Line 5, column 3: ValueError: no. It came while line 3's KeyError ('k') was handled."},
  Mistake{"try:\n  {}['k']\nexcept KeyError:\n  raise ValueError('no') from None", "Line 5, column 3: ValueError: no"},
  Mistake{"def f():\n  1 / 0\ntry:\n  try: [][0]\n  except IndexError: f()\nexcept Exception as e:\n  raise OSError('gone') from e", "Line 8, column 3: OSError: gone. Caused by line 3's ZeroDivisionError (division by zero), which came while line 5's IndexError (list index out of range) was handled."},
  Mistake{"try:\n  {}['k']\nexcept KeyError: pass\nraise ValueError('no')", "Line 5, column 1: ValueError: no"},
  Mistake{"class A:\n  def __len__(self): return -1\nlen(A())", "Line 4, column 1: __len__() returned -1; it returns 0 or more."},
  Mistake{"class A:\n  def __iter__(self): return [1]\nfor x in A(): pass", "Line 4, column 10: __iter__() returned a list; it returns something with __next__, such as iter(...) or a generator."},
  Mistake{"n = param(True, min=0)", "Line 2, column 5: param(True) and param(False) are yes or no: they have no min, max, log or choices."},
  Mistake{"while True: pass", "Line 2: The top level takes too long; move the work into a function that run() starts."}));

INSTANTIATE_TEST_SUITE_P(Memory, Mistakes, testing::Values(
  Mistake{"x = 'a' * 10 ** 12", "Line 2, column 9: The script would hold more than 256 MiB, its limit; use less at a time."},
  Mistake{"x = list(range(10 ** 18))", "Line 2, column 5: The script would hold more than 256 MiB, its limit; use less at a time."},
  Mistake{"x = [0] * 10 ** 10", "Line 2, column 9: The script would hold more than 256 MiB, its limit; use less at a time."},
  Mistake{"x = 'ab'\nwhile True: x = x + x", "Line 3, column 19: The script would hold more than 256 MiB, its limit; use less at a time."}));

TEST(ScriptError, NamesTheExceptionOfCPython) {
  EXPECT_EQ(run_script("x = 1 / 0").error.kind, "ZeroDivisionError");
  EXPECT_EQ(run_script("x = [][0]").error.kind, "IndexError");
  EXPECT_EQ(run_script("x = y").error.kind, "NameError");
  EXPECT_EQ(run_script("x = (").error.kind, "SyntaxError");
}

TEST(Compile, AnyBytesComeBackAsAnErrorWithAPlace) {
  std::string nul("x = 1\ny\0z", 9);
  EXPECT_EQ(compile(nul).error.to_string(), "Line 2, column 2: Here stands a character with the number 0; this is no text.");
  EXPECT_EQ(compile("x = '\xff'").error.to_string(), "Line 1, column 6: Here the text is not UTF-8.");
  EXPECT_EQ(compile(std::string(2 << 20, 'x')).error.sentence, "The script is longer than 1 MiB.");
  EXPECT_EQ(compile(std::string(30'000, 'x')).error.sentence, "The line is longer than 20000 bytes.");
  EXPECT_TRUE(compile("").program);
  EXPECT_TRUE(compile("\n\n# nothing\n").program);
}

// A cheap fuzzer that always runs; the real ones come with issue 4.
TEST(Compile, AMutatedScriptIsAProgramOrAnErrorNeverACrash) {
  std::string source = file_text(std::string(INTERLEAVE_SOURCE_DIR) + "/tests/script/corpus/functions.py");
  std::uint32_t random = 1;
  auto next = [&](std::size_t below) { return (random = random * 1664525 + 1013904223) / 65536 % below; };
  Settings small;
  small.fuel = 20'000;
  small.memory_bytes = 1 << 20;
  for (int i = 0; i < 3000; ++i) {
    std::string text = source;
    for (std::size_t n = 1 + next(3); n > 0; --n) {
      std::size_t at = next(text.size());
      switch (next(3)) {
        case 0: text[at] = "()[]{}:,'\"\n \\*=+-.fx1#"[next(22)]; break;
        case 1: text.erase(at, next(20)); break;
        default: text.insert(at, text.substr(next(text.size()), next(20)));
      }
    }
    Compiled compiled = compile(text);
    ASSERT_NE(static_cast<bool>(compiled.program), static_cast<bool>(compiled.error));
    if (compiled.error) {
      EXPECT_GT(compiled.error.line, 0u) << text;
      continue;
    }
    Instantiated made = instantiate(compiled.program, small);
    ASSERT_NE(static_cast<bool>(made.instance), static_cast<bool>(made.error));
  }
}

}  // namespace
}  // namespace interleave
