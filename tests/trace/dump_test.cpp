#include <gtest/gtest.h>

#include "trace/trace.h"
#include "trace/two_workers.h"

namespace interleave {
namespace {

TEST(Dump, SaysAllThatTheTraceKnowsLineByLine) {
  TwoWorkers run;
  EXPECT_EQ(dump_text(*run.trace()), R"(run threads measured finished end 205
summary makespan 205 cpu_busy 105 switches 3 p50 153 p99 203 max 203 dropped 0
fact cores 1
lane 0 coordinator "main"
  @0 spawn task 2
  @0 spawn task 3
  0..1 running task 1 core 0 line 20
  1..204 waiting_children task 1
  @204 wake task 1 by lane 2 word 18
  204..205 running task 1 core 0 line 20
lane 1 worker "worker 1"
  -50..-10 starting
  -10..2 idle
  2..3 running task 2 core 0 line 9
  3..103 waiting_io task 2 line 9
  @103 wake task 2
  103..153 running task 2 core 0 line 10
lane 2 worker "worker 2"
  -10..2 idle
  2..3 ready task 3 line 9
  3..5 running task 3 core 0 line 9
  5..105 waiting_io task 3 line 9
  @105 wake task 3
  105..153 ready task 3 line 10
  153..203 running task 3 core 0 line 10
task 1 started 0 finished 205
task 2 of 1 line 20 spawned 0 started 2 running 51 ready 0 waiting 100 finished 153
task 3 of 1 line 20 spawned 0 started 3 running 52 ready 49 waiting 100 finished 203
output 204 task 1 "both done"
)");
}

TEST(Dump, KeepsTextsFromOutsideOnOneLine) {
  Recorder recorder(1 << 20);
  LaneRecorder& main = recorder.lane(LaneKind::coordinator, "ma\tin\n");
  main.text(3, TextRole::output, "a \"b\"\nlane 9 worker \\ \x01", 1);
  const std::string dump = dump_text(*trace_of(recorder, ExecutorKind::serial));
  EXPECT_NE(dump.find("lane 0 coordinator \"ma\\x09in\\n\"\n"), std::string::npos) << dump;
  EXPECT_NE(dump.find("output 3 task 1 \"a \\\"b\\\"\\nlane 9 worker \\\\ \\x01\"\n"), std::string::npos) << dump;
}

}  // namespace
}  // namespace interleave
