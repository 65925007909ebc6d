#include "view/range.h"

#include <gtest/gtest.h>

#include "trace/random_run.h"
#include "trace/two_workers.h"
#include "view/playback.h"

namespace interleave {
namespace {

TEST(Range, AddsUpToWhatTheWholeRunSays) {
  TwoWorkers run;
  auto trace = trace_of(run.recorder, ExecutorKind::threads);
  const auto end = static_cast<double>(trace->end());
  const RangeFigures whole = figures_of(*trace, {0, end});
  EXPECT_NEAR(whole.running * end, static_cast<double>(trace->summary().cpu_busy), 1);
  EXPECT_EQ(whole.switches, trace->summary().switches);
  EXPECT_EQ(whole.done, trace->summary().finished + trace->summary().failed + trace->summary().cancelled);
  // Any cut gives two parts that make the whole.
  for (double at : {10.0, 60.0, 104.5, 130.0}) {
    const RangeFigures a = figures_of(*trace, {0, at}), b = figures_of(*trace, {at, end});
    EXPECT_NEAR(a.running * at + b.running * (end - at), whole.running * end, 1e-6) << at;
    EXPECT_NEAR(a.ready * at + b.ready * (end - at), whole.ready * end, 1e-6) << at;
    EXPECT_NEAR(a.waiting_io * at + b.waiting_io * (end - at), whole.waiting_io * end, 1e-6) << at;
    EXPECT_EQ(a.done + b.done, whole.done) << at;
    EXPECT_EQ(a.switches + b.switches, whole.switches) << at;
  }
  EXPECT_EQ(figures_of(*trace, {end + 1, end + 2}).running, 0);
}

TEST(Range, ByItsTablesIsWhatItIsMomentByMoment) {  // seen: a drag over a long run went through all of it in each frame
  const auto trace = random_run(7, 4, 400);
  CountsTable counts;
  counts.make(trace->counts());
  SwitchTable switches;
  count_switches_in_pieces(*trace, switches).all();
  ASSERT_FALSE(switches.empty());
  ASSERT_GT(trace->cores()[0].spans.size(), 2 * SwitchTable::kEvery);
  const auto end = static_cast<double>(trace->end());
  for (int i = 0; i < 40; ++i) {
    const Viewport range{end * (i % 7 - 1) / 8, end * (0.2 + 0.85 * (i % 11) / 10)};
    const RangeFigures a = figures_of(*trace, range), b = figures_of(*trace, range, &counts, &switches);
    EXPECT_EQ(a.switches, b.switches) << i;
    EXPECT_EQ(a.done, b.done) << i;
    for (double RangeFigures::*each : {&RangeFigures::running, &RangeFigures::ready, &RangeFigures::waiting_io, &RangeFigures::waiting_lock, &RangeFigures::waiting_gil, &RangeFigures::not_started})
      EXPECT_NEAR(a.*each, b.*each, 1e-6) << i;
  }
}

TEST(Range, FindsTasksByNumberByStateAndTheSlowestFirst) {
  TwoWorkers run;
  auto trace = trace_of(run.recorder, ExecutorKind::threads);
  FoundTasks slowest = find_tasks(*trace, "", 120, 10);
  ASSERT_GE(slowest.tasks.size(), 2u);
  auto length = [&](TaskId id) { return trace->tasks()[id - 1].ended - trace->tasks()[id - 1].spawned; };
  EXPECT_GE(length(slowest.tasks[0]), length(slowest.tasks[1]));
  EXPECT_EQ(find_tasks(*trace, "1", 120, 10).tasks.front(), TaskId{2});
  EXPECT_EQ(find_tasks(*trace, " /Task 2", 120, 10).tasks.front(), TaskId{3});
  EXPECT_EQ(find_tasks(*trace, "77", 120, 10).in_all, 0u);
  // At 120 task 2 (the id) runs, and 3 stands in line for the one core.
  EXPECT_EQ(find_tasks(*trace, "running", 120, 10).tasks, std::vector<TaskId>{2});
  EXPECT_EQ(find_tasks(*trace, "READY", 120, 10).tasks, std::vector<TaskId>{3});
  EXPECT_EQ(find_tasks(*trace, "", 120, 1).tasks.size(), 1u);
  EXPECT_EQ(find_tasks(*trace, "", 120, 1).in_all, slowest.in_all);
  EXPECT_EQ(find_tasks(*trace, "purple", 120, 10).in_all, 0u);
}

TEST(Range, WhatATaskWokeNamesItInReturn) {
  TwoWorkers run;
  auto trace = trace_of(run.recorder, ExecutorKind::threads);
  std::optional<Wake> woken = what_it_woke(*trace, 2, 130);
  ASSERT_TRUE(woken.has_value());
  EXPECT_EQ(woken->by, TaskId{3});
  EXPECT_EQ(what_woke(*trace, woken->by, static_cast<double>(woken->to) - 1)->by, TaskId{2});
  EXPECT_EQ(what_it_woke(*trace, 99, 130), std::nullopt);
}

TEST(Range, LatenciesLieInTheirBins) {
  TwoWorkers run;
  auto trace = trace_of(run.recorder, ExecutorKind::threads);
  const std::vector<Nanos> took = latencies_of(*trace);
  EXPECT_EQ(took, (std::vector<Nanos>{153, 203}));
  EXPECT_EQ(took.back(), trace->summary().latency.max);
  EXPECT_EQ(latency_bins(took, 0, 203, 4, false), (std::vector<std::uint32_t>{0, 0, 0, 2}));
  EXPECT_EQ(latency_bins(took, 153, 203, 2, true), (std::vector<std::uint32_t>{1, 1}));
  EXPECT_EQ(latency_bins(took, 0, 160, 2, false), (std::vector<std::uint32_t>{0, 2})) << "what lies beyond is in the last";
  EXPECT_TRUE(latency_bins(took, 0, 0, 0, false).empty());
}

}  // namespace
}  // namespace interleave
