#include "script/vm.h"

#include <gtest/gtest.h>

#include <thread>

#include "script/run_script.h"

namespace interleave {
namespace {

constexpr const char* kImport = "from interleave import *\n";

std::shared_ptr<const Instance> instance(const std::string& source) {
  auto made = instance_of(kImport + source);
  EXPECT_TRUE(made) << run_script(kImport + source).error.to_string();
  return made;
}

Step next(TaskFrame& frame, const Instance& i, Value sent = Value(), std::int64_t fuel = 10'000) { return resume(frame, i, std::move(sent), fuel); }

TEST(Vm, AsksForEachOperationWithItsNumbersAndItsLine) {
  auto i = instance(R"(
async def main():
    compute(2 * ms)
    await io(3 * us)
    block(4 * s)
    a = await request(5 * ms, 256)
    b = sum_range(10, 20)
    await step()
    print("got", a, b)
    return a + b
run(main)
)");
  TaskFrame frame = i->main();
  EXPECT_EQ(frame.line(i->program()), 4u);
  struct Expected { Ask::Kind kind; std::uint32_t line; Nanos duration; Value answer; };
  const Expected expected[] = {{Ask::Kind::compute, 4, 2'000'000, Value()}, {Ask::Kind::io, 5, 3'000, Value()}, {Ask::Kind::block, 6, 4'000'000'000, Value()},
                               {Ask::Kind::request, 7, 5'000'000, Value::integer(256)}, {Ask::Kind::sum_range, 8, 0, Value::integer(145)},
                               {Ask::Kind::step, 9, 0, Value()}, {Ask::Kind::print, 10, 0, Value()}};
  Value sent;
  for (const Expected& e : expected) {
    Step step = next(frame, *i, sent);
    ASSERT_EQ(step.kind, Step::Kind::ask) << step.error.to_string();
    EXPECT_EQ(step.ask.kind, e.kind);
    EXPECT_EQ(step.ask.line, e.line);
    EXPECT_EQ(frame.line(i->program()), e.line);
    EXPECT_EQ(step.ask.duration, e.duration);
    if (e.kind == Ask::Kind::request) { EXPECT_EQ(step.ask.size, 256); }
    if (e.kind == Ask::Kind::sum_range) { EXPECT_EQ(step.ask.low, 10); EXPECT_EQ(step.ask.high, 20); }
    if (e.kind == Ask::Kind::print) { EXPECT_EQ(step.ask.text, "got 256 145"); }
    sent = e.answer;
  }
  Step step = next(frame, *i, sent);
  ASSERT_EQ(step.kind, Step::Kind::finished);
  EXPECT_EQ(step.value.integer(), 401);
  EXPECT_TRUE(frame.over());
  EXPECT_EQ(frame.depth(), 0u);
  EXPECT_EQ(next(frame, *i).kind, Step::Kind::failed);
}

TEST(Vm, PausesWhenFuelIsOutAndGoesOn) {
  auto i = instance("async def main():\n    n = 0\n    while n < 1000: n += 1\n    return n\nrun(main)\n");
  TaskFrame frame = i->main();
  int pauses = 0;
  for (;;) {
    Step step = next(frame, *i, Value(), 100);
    if (step.kind == Step::Kind::finished) {
      EXPECT_EQ(step.value.integer(), 1000);
      break;
    }
    ASSERT_EQ(step.kind, Step::Kind::paused);
    EXPECT_EQ(frame.line(i->program()), 4u);
    ++pauses;
  }
  EXPECT_GT(pauses, 20);
  EXPECT_LT(pauses, 200);
}

TEST(Vm, NothingRunsForLongWithoutAPause) {
  for (const char* body : {"while True: pass", "f(0)", "[g(i) for i in range(10 ** 9)]", "sum(i for i in range(10 ** 12))", "any(False for i in range(10 ** 12))"}) {
    auto i = instance(std::string("def g(n): return 0\ndef f(n):\n    while True: g(n)\nasync def main():\n    ") + body + "\nrun(main)\n");
    TaskFrame frame = i->main();
    for (int n = 0; n < 50; ++n) ASSERT_EQ(next(frame, *i, Value(), 1000).kind, Step::Kind::paused) << body;
  }
}

TEST(Vm, AFrameCopiedInsideAGeneratorLosesNothing) {
  auto i = instance(R"(
def numbers():
    held = [1, 2, 3]
    for k in held:
        print(k)
        yield k

async def main():
    for k in numbers():
        print("main")
run(main)
)");
  const std::int64_t before = i->heap().bytes();
  {
    TaskFrame frame = i->main();
    ASSERT_EQ(next(frame, *i).kind, Step::Kind::ask);
    TaskFrame copy = frame;  // both stand in the generator, and both give its variables back
    for (TaskFrame* one : {&frame, &copy}) next(*one, *i);
  }
  EXPECT_EQ(i->heap().bytes(), before);
}

TEST(Vm, ACopiedFrameGoesOnByItself) {
  auto i = instance(R"(
async def inner(n):
    total = 0
    for k in range(3):
        total += k * n
        await io(1 * ms)
    return total

async def main():
    for n in [1, 10]:
        print(await inner(n))
run(main)
)");
  TaskFrame frame = i->main();
  std::vector<TaskFrame> copies;
  for (Step step = next(frame, *i); step.kind == Step::Kind::ask; step = next(frame, *i)) copies.push_back(frame);
  ASSERT_EQ(copies.size(), 8u);
  // From every point the rest is the same, whoever went on before.
  for (std::size_t start = 0; start < copies.size(); ++start) {
    std::size_t rest = 0;
    std::string last;
    for (Step step = next(copies[start], *i); step.kind == Step::Kind::ask; step = next(copies[start], *i)) {
      ++rest;
      last = step.ask.text;
    }
    EXPECT_EQ(rest, copies.size() - start - 1);
    if (rest > 0) { EXPECT_EQ(last, "30"); }
  }
}

TEST(Vm, ShowsItsStackAndItsVariables) {
  auto i = instance(R"(
async def inner(n):
    twice = n * 2
    await io(1 * ms)

async def main():
    x = 5
    await inner(x)
run(main)
)");
  TaskFrame frame = i->main();
  ASSERT_EQ(next(frame, *i).kind, Step::Kind::ask);
  EXPECT_EQ(frame.depth(), 2u);
  auto stack = frame.stack(i->program());
  ASSERT_EQ(stack.size(), 2u);
  EXPECT_EQ(stack[0].function, "inner");
  EXPECT_EQ(stack[0].line, 5u);
  EXPECT_EQ(stack[1].function, "main");
  EXPECT_EQ(stack[1].line, 9u);
  auto locals = frame.locals(i->program());
  ASSERT_EQ(locals.size(), 2u);
  EXPECT_EQ(locals[1].first, "twice");
  EXPECT_EQ(locals[1].second.integer(), 10);
}

TEST(Vm, AWaitingTaskIsSmall) {
  auto i = instance("latency = param(200 * ms)\nasync def fetch(k):\n    await io(latency)\n    compute(5 * ms)\nasync def main():\n    await gather(*[fetch(k) for k in range(100)])\nrun(main)\n");
  TaskFrame main = i->main();
  Step step = next(main, *i);
  ASSERT_EQ(step.ask.children.size(), 100u);
  TaskFrame frame(*i, step.ask.children[7]);
  ASSERT_EQ(next(frame, *i).ask.kind, Ask::Kind::io);
  EXPECT_LT(frame.bytes(), 400u);
  EXPECT_EQ(frame.locals(i->program())[0].second.integer(), 7);
}

TEST(Vm, AFailedOperationEndsTheTaskAtItsLine) {
  auto i = instance("async def main():\n    await io(1 * ms)\nrun(main)\n");
  TaskFrame frame = i->main();
  next(frame, *i);
  Step step = resume_with_failure(frame, *i, "the server is gone.", 1000);
  ASSERT_EQ(step.kind, Step::Kind::failed);
  EXPECT_EQ(step.error.to_string(), "Line 3, column 11: the server is gone.");
  EXPECT_TRUE(frame.over());
}

TEST(Vm, GatherSpawnAndJoinCarryCoroutinesAndTasks) {
  auto i = instance(R"(
async def child(n, m=2):
    return n * m
async def main():
    t = spawn(child(1))
    both = await gather(t, child(2, m=5), io(1 * ms))
    return await t
run(main)
)");
  TaskFrame frame = i->main();
  Step step = next(frame, *i);
  ASSERT_EQ(step.ask.kind, Ask::Kind::spawn);
  EXPECT_EQ(i->program().function_name(step.ask.children[0].coroutine_function()), "child");
  step = next(frame, *i, Value::task(i->heap(), 41));
  ASSERT_EQ(step.ask.kind, Ask::Kind::gather);
  ASSERT_EQ(step.ask.children.size(), 3u);
  EXPECT_EQ(task_number(step.ask.children[0]), 41);
  TaskFrame child(*i, step.ask.children[1]);
  EXPECT_EQ(next(child, *i).value.integer(), 10);
  TaskFrame waiting(*i, step.ask.children[2]);
  EXPECT_EQ(next(waiting, *i).ask.duration, 1'000'000);
  step = next(frame, *i, Value::list(i->heap(), {}));
  ASSERT_EQ(step.ask.kind, Ask::Kind::join);
  EXPECT_EQ(task_number(step.ask.children[0]), 41);
  EXPECT_EQ(next(frame, *i, Value::integer(7)).value.integer(), 7);
}

TEST(Vm, WhatARunHeldIsFreedWithIt) {
  auto i = instance("async def main():\n    x = [str(n) * 100 for n in range(1000)]\n    await step()\n    return len(x)\nrun(main)\n");
  std::int64_t before = i->heap().bytes();
  TaskFrame frame = i->main();
  ASSERT_EQ(next(frame, *i, Value(), 1'000'000).kind, Step::Kind::ask);
  EXPECT_GT(i->heap().bytes(), before + 100'000);
  frame = TaskFrame();
  EXPECT_EQ(i->heap().bytes(), before);
}

// Counts alone do not free what holds itself; the end of the run does, and leaves what somebody still has.
TEST(Vm, WhatHoldsItselfIsFreedWithItsRun) {
  const std::string held = "kept = [[1], 'two']\nkept.append([3])\n", cycles = R"(
class Node:
    def __init__(self, other):
        super().__init__()
        self.other, self.back = other, None
        if other: other.back = self
    def method(self): return __class__
def make():
    inside = [1]
    inside.append((inside, {"me": inside}))
    a = Node(None)
    b = Node(a)
    waiting = Queue()
    a.queue, a.gate = waiting, shared([a])
    def recursive(n): return n and recursive(n - 1)
    recursive.me = recursive
    def numbers():
        own = yield 1
        yield own
    g = numbers()
    next(g)
    g.send([g])
    try:
        raise ValueError(1)
    except ValueError as error:
        error.args = (error,)
    table = {b: a}
    table["self"] = table
    things = {b}
    b.things, b.keys, b.bound = things, table.keys(), b.method
make()
)";
  auto left = [](const std::string& source) {
    auto i = instance_of(kImport + source);
    if (!i) return std::int64_t{-1};
    const Value kept = *i->global("kept");
    Heap& heap = i->heap();
    i.reset();
    EXPECT_EQ(repr(kept), "[[1], 'two', [3]]");
    return heap.bytes();
  };
  const std::int64_t alone = left(held);
  EXPECT_GT(alone, 0);
  EXPECT_EQ(left(cycles + held), alone);
}

TEST(Vm, AValueMayOutliveItsInstance) {
  Value kept;
  {
    auto i = instance("words = ['a', 'b']\n");
    kept = *i->global("words");
  }
  EXPECT_EQ(repr(kept), "['a', 'b']");
}

TEST(Vm, ManyThreadsMayUseOneListAtOnce) {
  if (!INTERLEAVE_HAS_THREADS) GTEST_SKIP();
  auto i = instance(R"(
shared = []
counts = {"n": 0}
async def main():
    for k in range(2000):
        shared.append((k, "text"))
        counts["n"] += 1
        x = shared[k // 2]
        y = len(shared) + sum(1 for z in [1, 2])
        if k % 100 == 0: w = shared[-50:]
        if k % 500 == 0: w = str(shared)
    return k
run(main)
)");
  i->heap().share();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      TaskFrame frame = i->main();
      Step step;
      do step = next(frame, *i); while (step.kind == Step::Kind::paused);
      EXPECT_EQ(step.kind, Step::Kind::finished) << step.error.to_string();
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(i->global("shared")->items().size(), 8000u);
}

TEST(Vm, TellsWhatGoesFromGeneratorToGeneratorAsOftenAsItIsWanted) {
  auto i = instance(
      "from interleave import *\n\n"
      "def give():\n    yield 1\n    yield 'two'\n\n"
      "def pass_on(items):\n    for item in items:\n        yield item\n\n"
      "def sink(taken):\n    while True:\n        taken.append((yield))\n\n"
      "async def main():\n    taken = []\n    target = sink(taken)\n    next(target)\n    for item in pass_on(give()):\n        target.send((item, len(taken)))\n"
      "    return sum(n for n in [1, 2])\n\n"
      "run(main)\n");
  auto told = [&](std::int32_t most) {
    i->tell_hand_overs(most);
    TaskFrame frame = i->main();
    std::string out;
    for (;;) {
      Step step = next(frame, *i);
      for (const HandOver& over : step.hand_overs) {
        constexpr const char* kVerbs[] = {"ask", "send", "give", "end"};
        out += std::string(kVerbs[static_cast<int>(over.verb)]) + " " + std::string(over.from_name) + std::to_string(over.from_line) + ">" + std::string(over.to_name) + std::to_string(over.to_line) + " " + over.item + "; ";
        EXPECT_EQ(over.from == 0, over.from_name == "main");
      }
      if (step.kind != Step::Kind::paused) {
        EXPECT_EQ(step.kind, Step::Kind::finished);
        return out;
      }
    }
  };
  EXPECT_EQ(told(0), "") << "nobody asked";
  EXPECT_EQ(told(100),
            "ask main19>sink13 ; give sink14>main19 ; ask main20>pass_on9 ; ask pass_on9>give5 ; give give5>pass_on9 1; give pass_on10>main20 1; send main21>sink14 (1, 0); give sink14>main21 ; "
            "ask main20>pass_on10 ; ask pass_on9>give5 ; give give6>pass_on9 'two'; give pass_on10>main20 'two'; send main21>sink14 ('two', 1); give sink14>main21 ; "
            "ask main20>pass_on10 ; ask pass_on9>give6 ; end give0>pass_on9 ; end pass_on0>main20 ; ");
  EXPECT_EQ(told(2), "ask main19>sink13 ; give sink14>main19 ; ") << "and then no more";
}

TEST(Vm, TellsOfARefusedSendWithTheTaskThatIsInside) {  // seen: B10, the trace said nothing of who was refused
  auto i = instance(
      "from interleave import *\n\n"
      "def sink():\n    while True:\n        item = yield\n        compute(1 * ms)\n\n"
      "target = sink()\nnext(target)\n\n"
      "async def main():\n    target.send(7)\n\n"
      "run(main)\n");
  auto cycle = instance(
      "from interleave import *\n\n"
      "def bites(own):\n    yield\n    own[0].send('tail')\n\n"
      "async def main():\n    own = []\n    own.append(bites(own))\n    next(own[0])\n    own[0].send(1)\n\n"
      "run(main)\n");
  std::string told;
  auto go = [&](const Instance& instance, TaskFrame& frame, std::uint32_t task) {
    instance.tell_hand_overs(100);
    told.clear();
    Step step = resume(frame, instance, Value::none(), 1000, task);
    for (const HandOver& over : step.hand_overs)
      if (over.verb == HandOver::Verb::refuse)
        told += std::to_string(over.from) + ' ' + std::string(over.from_name) + std::to_string(over.from_line) + '>' + std::to_string(over.to) + ' ' + std::string(over.to_name) + std::to_string(over.to_line) + " in " + std::to_string(over.inside) + ": " + over.item + "; ";
    return step.kind;
  };
  TaskFrame first = i->main(), second = i->main(), third = i->main();
  EXPECT_EQ(go(*i, first, 2), Step::Kind::ask);
  EXPECT_EQ(told, "");
  EXPECT_EQ(go(*i, second, 3), Step::Kind::failed);
  EXPECT_EQ(told, "0 main13>1 sink0 in 2: 7; ");
  EXPECT_EQ(go(*i, first, 2), Step::Kind::finished);
  EXPECT_EQ(go(*i, third, 4), Step::Kind::ask) << "let in, once the first is served";
  EXPECT_EQ(told, "");
  // A pipeline that leads back to itself does so in one task.
  TaskFrame biter = cycle->main();
  EXPECT_EQ(go(*cycle, biter, 5), Step::Kind::failed);
  EXPECT_EQ(told, "1 bites6>1 bites0 in 5: 'tail'; ");
}

TEST(Vm, WarnsOfACallThatNobodyAwaitedWithItsPlaceAndOnce) {
  auto i = instance(
      "from interleave import *\n\n"
      "async def work(n):\n    return n\n\n"
      "class Stage:\n    async def go(self):\n        pass\n\n"
      "async def main():\n    for n in range(3):\n        work(n)\n    Stage().go()\n    kept = work(7)\n    kept = None\n"
      "    x = work(1)\n    return await x + await work(2) + (await gather(work(3)))[0] + await spawn(work(4))\n\n"
      "run(main)\n");
  EXPECT_TRUE(i->take_warnings().empty());
  EXPECT_EQ(SerialDriver(i).run(i->main(), *std::make_unique<Ran>()).integer(), 10);
  const std::vector<std::string> warnings = i->take_warnings();
  ASSERT_EQ(warnings.size(), 3u);
  EXPECT_EQ(warnings[0], "Line 13, column 9: work() was called, but nobody awaited it, so nothing of it ran. Write await before the call, or spawn() around it to let it run beside.");
  EXPECT_EQ(warnings[1].substr(0, 35), "Line 14, column 13: go() was called");
  EXPECT_EQ(warnings[2].substr(0, 26), "Line 15, column 12: work()");
  EXPECT_TRUE(i->take_warnings().empty()) << "told once";
}

}  // namespace
}  // namespace interleave
