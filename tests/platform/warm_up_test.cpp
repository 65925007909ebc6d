#include "platform/engine/warm_up.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "platform/native/native_engine.h"

namespace interleave {
namespace {

// A script that is refused, or that waits for ever, would warm nothing up, and nobody would see it.
TEST(WarmUp, RunsToItsEndOnEveryExecutor) {
  NativeClock clock;
  EngineSeams seams;
  seams.clock = &clock;
  seams.machine_cores = 2;
  seams.compute_rate = 0.01;
  for (int kind = 0; kind < kExecutorKinds; ++kind)
    EXPECT_EQ(warm_up(static_cast<ExecutorKind>(kind), seams, 3), RunEnd::finished) << id_of(static_cast<ExecutorKind>(kind));
}

TEST(WarmUp, LeavesNothingInTheRunThatIsShown) {
  NativeMachine machine;
  Scenario scenario;
  scenario.lesson = "test.py";
  scenario.source = "from interleave import *\nasync def main():\n    print('mine')\nrun(main)\n";
  NativeRun run(machine, scenario, ExecutorKind::serial);
  EXPECT_EQ(run.finish().end, RunEnd::finished);
  TraceBuilder builder(ExecutorKind::serial, Provenance::measured);
  TraceReader reader(run.recorder());
  std::vector<std::uint64_t> buffer(1u << 16);
  while (std::size_t n = reader.read(buffer)) builder.add(std::span(buffer).first(n));
  const auto trace = builder.finish();
  std::string printed;
  for (const TextLine& line : trace->texts())
    if (line.role == TextRole::output) printed += line.text + "\n";
  EXPECT_EQ(printed, "mine\n");
  EXPECT_EQ(trace->summary().tasks, 0u);
}

}  // namespace
}  // namespace interleave
