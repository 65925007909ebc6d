// why_off_test.cpp -- the one cause that the trace shows, or none.
#include <gtest/gtest.h>

#include "trace/two_workers.h"
#include "trace/why.h"

namespace interleave {
namespace {

constexpr Nanos kMs = 1'000'000;

LaneRecorder& begin(Recorder& recorder, std::int64_t cores, std::int64_t workers, TaskId tasks) {
  LaneRecorder& main = recorder.lane(LaneKind::coordinator, "main");
  main.at(0, EventKind::run_started);
  main.fact(0, Fact::cores, cores);
  main.fact(0, Fact::workers, workers);
  main.at(0, EventKind::run, 0, kRootTask);
  for (TaskId task = 0; task < tasks; ++task) main.at(0, EventKind::spawn, 20, 2 + task);
  main.at(0, EventKind::wait, wait_for(WaitReason::children), kRootTask);
  return main;
}

std::string in_brief;  // of the last that end() asked for

std::string end(Recorder& recorder, LaneRecorder& main, Nanos at, ExecutorKind kind, Nanos expected) {
  main.at(at, EventKind::done, 0, kRootTask);
  main.at(at, EventKind::run_ended, static_cast<std::uint32_t>(RunEnd::finished));
  std::string text = why_off(*trace_of(recorder, kind), expected, &in_brief);
  for (std::size_t space; (space = text.find("\u2009")) != std::string::npos;) text.replace(space, 3, " ");
  return text;
}

/// Two workers, a core each, a task each: both wait, then compute.
struct Pair {
  Nanos waited = 200 * kMs, had_core = 100 * kMs, until_core = 0;
  Nanos asked_wait = 200 * kMs, asked_compute = 100 * kMs;
  std::int64_t workers_asked = 0;
  bool said_again = false;  // the coordinator says it, too, when it sends the request

  std::string why_off(Nanos expected) const {
    Recorder recorder(1 << 20);
    LaneRecorder& main = begin(recorder, 2, 2, 2);
    if (workers_asked > 0) main.fact(0, Fact::workers_asked, workers_asked);
    const Nanos ready = waited, run = ready + until_core, over = run + had_core;
    for (std::uint32_t core = 0; core < 2; ++core) {
      const TaskId task = 2 + core;
      LaneRecorder& lane = recorder.lane(LaneKind::worker, "");
      lane.at(0, EventKind::run, run_on(core), task);
      lane.at(0, EventKind::wait, wait_for(WaitReason::request), task);
      if (said_again) main.at(ready / 2, EventKind::wait, wait_for(WaitReason::request), task);
      lane.at(ready, EventKind::wake, 0, task, 0);
      lane.at(ready, EventKind::ready, 0, task);
      lane.at(run, EventKind::run, run_on(core), task);
      lane.at(over, EventKind::done, 0, task);
      lane.fact(over, Fact::asked_wait_ns, asked_wait);
      lane.fact(over, Fact::asked_compute_ns, asked_compute);
    }
    return end(recorder, main, over, ExecutorKind::threads, expected);
  }
};

TEST(WhyOff, AnswersThatCameLateAreNamed) {
  Pair run;
  run.waited = 300 * kMs;
  EXPECT_EQ(run.why_off(300 * kMs),
            "a wait took 0.300 s on average, and 0.200 s was asked: answers came late, or nobody could take them");
  EXPECT_EQ(in_brief, "answers came late");
  run.said_again = true;
  EXPECT_EQ(run.why_off(300 * kMs), Pair{.waited = 300 * kMs}.why_off(300 * kMs)) << "one wait, however many say it";
}

TEST(WhyOff, CoresThatDidSomethingElseAreNamed) {
  Pair run;
  run.had_core = 180 * kMs;
  EXPECT_EQ(run.why_off(300 * kMs),
            "tasks had cores for 0.360 s, and had asked for 0.200 s of computing: something else ran on the same cores");
  EXPECT_EQ(in_brief, "others had the cores");
  EXPECT_EQ(Pair{}.why_off(200 * kMs) + in_brief, "") << "without a cause there are no few words for it";
}

TEST(WhyOff, CoresThatStoodFreeAreNamed) {
  Pair run;
  run.until_core = 60 * kMs;
  EXPECT_EQ(run.why_off(300 * kMs), "cores were free while tasks were ready: the system was slow to wake their threads");
}

TEST(WhyOff, WorkersThatWereNotStartedComeFirstWhereThereWasWorkForThem) {
  Recorder recorder(1 << 20);
  LaneRecorder& main = begin(recorder, 1, 1, 2);
  LaneRecorder& worker = recorder.lane(LaneKind::worker, "");
  main.fact(0, Fact::workers_asked, 1'000);
  for (TaskId task = 2; task < 4; ++task) {
    worker.at((task - 2) * 10 * kMs, EventKind::run, 0, task);
    worker.at((task - 1) * 10 * kMs, EventKind::done, 0, task);
  }
  EXPECT_EQ(end(recorder, main, 20 * kMs, ExecutorKind::threads, 10 * kMs), "1 of 1000 workers were started");

  Pair enough;
  enough.workers_asked = 1'000;
  EXPECT_EQ(enough.why_off(200 * kMs), "") << "two workers are enough for two tasks";
}

TEST(WhyOff, WhatTheTraceDoesNotShowIsNotSaid) {
  EXPECT_EQ(Pair{}.why_off(200 * kMs), "") << "all went as asked: it is the formula that is wrong";
  EXPECT_EQ(Pair{}.why_off(400 * kMs), "");
  Pair run;
  run.had_core = 110 * kMs;
  EXPECT_EQ(run.why_off(200 * kMs), "") << "10 of 110 ms explain nothing";
}

TEST(WhyOff, AMachineThatIsFasterThanItWasMeasuredIsNamed) {
  Pair run;
  run.had_core = 50 * kMs;
  EXPECT_EQ(run.why_off(300 * kMs),
            "0.200 s of computing were done in 0.100 s; this machine is faster now than when it was measured");
}

TEST(WhyOff, CopiesToOneProcessAreNamed) {
  Recorder recorder(1 << 20);
  LaneRecorder& main = begin(recorder, 1, 1, 1);
  LaneRecorder& child = recorder.lane(LaneKind::process, "");
  child.at(0, EventKind::copy, 0, 2, 1'000);
  child.at(80 * kMs, EventKind::run, 0, 2);
  child.at(90 * kMs, EventKind::done, 0, 2);
  const std::string text = end(recorder, main, 90 * kMs, ExecutorKind::processes, 10 * kMs);
  EXPECT_EQ(text.rfind("one process alone spent 80.0", 0), 0u) << text;
}

}  // namespace
}  // namespace interleave
