#include "workloads/check.h"
#include "workloads/prepare.h"

#include <gtest/gtest.h>

namespace interleave {
namespace {

constexpr std::int64_t kMs = 1'000'000;

TEST(Check, AFigureNearTheFormulaIsAsPredicted) {
  EXPECT_EQ(check_makespan(20'700 * kMs, 20'500 * kMs).words, "as predicted");
  EXPECT_EQ(check_makespan(19'500 * kMs, 20'500 * kMs).kind, Verdict::Kind::as_predicted);
  EXPECT_EQ(check_makespan(6 * kMs, 2 * kMs).kind, Verdict::Kind::as_predicted);
  EXPECT_EQ(check_makespan(6 * kMs, 2 * kMs).because, "");
}

TEST(Check, AFigureFarFromItIsOffWithAReason) {
  Verdict slow = check_makespan(1'400 * kMs, 700 * kMs);
  EXPECT_EQ(slow.kind, Verdict::Kind::off);
  EXPECT_EQ(slow.words, "off, because it took 100 % longer than the formula says") << "and no cause that nobody saw";
  EXPECT_EQ(check_makespan(1'400 * kMs, 700 * kMs, "copies took 0.7 s").because,
            "copies took 0.7 s");
  EXPECT_EQ(check_makespan(350 * kMs, 700 * kMs).because, "it took 50 % less time than the formula says");
}

TEST(Check, ALessonThatSaysNothingIsNotChecked) {
  EXPECT_EQ(check_makespan(5, 0).kind, Verdict::Kind::none);
  EXPECT_EQ(check_makespan(5, 0).words, "");
}

/// What a script's expect() calls say of these figures.
std::vector<Finding> findings(const std::string& expects, const Figures& figures, const char* executor = "loop") {
  Compiled compiled = compile("from interleave import *\n" + expects + "\nasync def main():\n    await step()\nrun(main)\n", "x.py");
  EXPECT_TRUE(compiled.program) << compiled.error.to_string();
  Instantiated made = instantiate(compiled.program);
  EXPECT_TRUE(made.instance) << made.error.to_string();
  if (!made.instance) return {};
  return check_each(figures, expectations_for(*made.instance, executor));
}
std::string words(const std::string& expects, const Figures& figures, const char* executor = "loop") {
  return together(findings(expects, figures, executor)).words;
}

TEST(Check, EveryFigureCanBeRightAndCanBeOff) {
  Figures f;
  f.makespan = 100 * kMs;
  f.serial_makespan = 400 * kMs;
  f.p99 = 30 * kMs;
  f.longest = 31 * kMs;
  f.cpu = 50 * kMs;
  f.switches = 40;
  f.tasks = 8;
  f.output = {"one", "two"};
  const std::pair<const char*, const char*> right_and_off[] = {
      {"expect('makespan', value=100 * ms)", "expect('makespan', value=200 * ms)"},
      {"expect('makespan', most=100 * ms)", "expect('makespan', most=99 * ms)"},
      {"expect('p99', value=28 * ms)", "expect('p99', value=50 * ms)"},
      {"expect('longest', least=31 * ms)", "expect('longest', least=32 * ms)"},
      {"expect('cpu', value=50 * ms)", "expect('cpu', value=100 * ms)"},
      {"expect('speedup', value=4)", "expect('speedup', value=2)"},
      {"expect('switches', value=42)", "expect('switches', value=60)"},
      {"expect('tasks', value=8)", "expect('tasks', value=9)"},
      {"expect('output', value=['one', 'two'])", "expect('output', value=['two', 'one'])"},
      {"expect('lines', value=['two', 'one'])", "expect('lines', value=['two', 'three'])"},
      {"expect('output', value=['one', 'two'])", "expect('output', value=['one'])"},
      {"expect('output', value=['one', 'two'])", "expect('output', value=['one', 'two', 'three'])"}};
  for (const auto& [right, wrong] : right_and_off) {
    EXPECT_EQ(words(right, f), "as predicted") << right;
    EXPECT_EQ(words(wrong, f).rfind("off, because ", 0), 0u) << wrong << ": " << words(wrong, f);
  }
  EXPECT_EQ(words("expect('switches', value=7)", f), "off, because the number of switches is 40, and the lesson says 7");
  EXPECT_EQ(words("expect('longest', most=5 * ms)", f), "off, because the longest latency is 31 ms, and the lesson says at most 5 ms");
  EXPECT_EQ(words("expect('output', value=['one', '2'])", f), "off, because line 2 of the output is 'two', and the lesson says '2'");
  f.serial_makespan = 0;
  EXPECT_EQ(words("expect('speedup', value=2)", f), "") << "nothing to compare with";
}

TEST(Check, AFailureCanBeWhatWasPredicted) {
  Figures f;
  f.finished = false;
  f.error = "deadlock: All tasks wait for one another.";
  f.output = {"before"};
  EXPECT_EQ(words("expect('output', value='before')", f), "") << "how it ended says more";
  EXPECT_EQ(words("expect('error', value='deadlock')\nexpect('output', value='before')", f), "as predicted");
  EXPECT_EQ(words("expect('error', value='deadlock')\nexpect('output', value='after')", f).rfind("off", 0), 0u);
  EXPECT_EQ(words("expect('error', value='TypeError')", f), "off, because it ended with 'deadlock: All tasks wait for one another.', and the lesson says 'TypeError'");
  f.finished = true;
  EXPECT_EQ(words("expect('error', value='deadlock')", f), "off, because it ended without the error that is the lesson");
}

TEST(Check, EachExecutorHasItsOwnFiguresAndTheLastCounts) {
  Figures f;
  f.makespan = 100 * kMs;
  f.switches = 5;
  const char* const expects = "expect('makespan', value=1 * s)\nexpect('makespan', on='loop', value=100 * ms)\nexpect('switches', least=4)\nexpect('switches', most=6)";
  EXPECT_EQ(words(expects, f, "loop"), "as predicted");
  EXPECT_EQ(words(expects, f, "gil").rfind("off, because it took 90 % less time", 0), 0u);
  EXPECT_EQ(findings(expects, f, "loop").size(), 3u);
}

}  // namespace
}  // namespace interleave
