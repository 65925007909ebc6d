// What a run keeps of a script's tasks: what a value still names, and no more.
#include "runtime/script_root.h"
#include "script/compiler.h"
#include "script/instance.h"
#include "support.h"

namespace interleave::testing {
namespace {

class Spawned : public OfEachCandidate<Trial> {
 protected:
  Spawned() : OfEachCandidate(2) {}
  /// What its run printed; the run is over, and still there.
  std::vector<std::string> of(const std::string& script) {
    const Compiled compiled = compile("from interleave import *\n" + script + "\nrun(main)\n");
    EXPECT_TRUE(compiled.program) << compiled.error.to_string();
    if (!compiled.program) return {};
    instance = instantiate(compiled.program, {}).instance;
    before = instance->heap().bytes();
    run.start(script_root(instance));
    EXPECT_EQ(run.finish().end, RunEnd::finished) << run.end.sentence;
    return run.texts(TextRole::output);
  }
  std::int64_t kept() const { return instance->heap().bytes() - before; }

  std::shared_ptr<const Instance> instance;
  std::int64_t before = 0;
};
INSTANTIATE_TEST_SUITE_P(Executors, Spawned, ::testing::ValuesIn(candidates_with_one_memory()), ::testing::PrintToStringParamName());

TEST_P(Spawned, AServerThatSpawnsAndAwaitsKeepsNone) {
  const auto said = of(R"(
async def one(i):
    return "answer " + str(i)
async def main():
    n = 0
    for i in range(2000):
        t = spawn(one(i))
        if await t == "answer " + str(i): n = n + 1
        spawn(one(i))
    print(n)
)");
  EXPECT_EQ(said, std::vector<std::string>{"2000"});
  EXPECT_LT(kept(), 10'000);
}

TEST_P(Spawned, WhatAValueNamesIsThereAsOftenAsItIsAsked) {
  const auto said = of(R"(
async def one(i):
    if i == 3: raise ValueError("three")
    return i
async def main():
    tasks = [spawn(one(i)) for i in range(5)]
    await gather(*tasks, return_exceptions=True)
    for t in tasks:
        try:
            print(t.done(), await t, t.result(), await t)
        except ValueError as e:
            print(t.exception() is e, e)
)");
  EXPECT_EQ(said, (std::vector<std::string>{"True 0 0 0", "True 1 1 1", "True 2 2 2", "True three", "True 4 4 4"}));
}

TEST_P(Spawned, AFailureOfOneThatNobodyNamesIsTold) {
  of(R"(
async def one(i):
    if i % 2 == 0: raise ValueError(i)
async def pause(): await io(1 * ms)
async def main():
    tasks = [spawn(one(i)) for i in range(4)]
    while not all([t.done() for t in tasks]): await spawn(pause())
    tasks = []
    heard = spawn(one(0))
    try: await heard
    except ValueError: pass
)");
  std::vector<std::string> unheard;
  for (const auto& text : run.texts(TextRole::notice))
    if (text.starts_with("A task failed, and nobody awaited it")) unheard.push_back(text);
  EXPECT_EQ(unheard.size(), 2u);
}

TEST_P(Spawned, ATaskWhoseResultLeadsBackToItGoesWithTheRun) {
  of(R"(
async def one(found):
    await io(1 * ms)
    return found
class Kept(Exception): pass
async def two(found):
    raise Kept(found)
async def main():
    for f in (one, two):
        found = []
        found.append(spawn(f(found)))
        try: await found[0]
        except Kept: pass
    late = []
    late.append(spawn(one(late)))
)");
  run.executor.reset();
  EXPECT_EQ(kept(), 0);
}

// Seen in wasm, where an exception is not freed that was thrown again while it was handled.
TEST_P(Spawned, AFailureThatWasHeardGoesToo) {
  of(R"(
class Kept(Exception): pass
async def two():
    raise Kept(3)
async def main():
    t = spawn(two())
    try: await t
    except Kept: pass
)");
  run.executor.reset();
  EXPECT_EQ(kept(), 0);
}

}  // namespace
}  // namespace interleave::testing
