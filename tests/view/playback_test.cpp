#include "view/playback.h"

#include <gtest/gtest.h>

#include <optional>

#include "trace/two_workers.h"

namespace interleave {
namespace {

Span span(Nanos begin, Nanos end, State state, TaskId task = 2, std::uint16_t line = 0) { return {begin, end, task, line, state, 0}; }

Lane lane(const std::vector<Span>& spans) {
  Lane out;
  for (const Span& span : spans) out.spans.push_back(span);
  return out;
}

const std::vector<Span> kSpans = {span(10, 20, State::running), span(20, 30, State::waiting_io), span(50, 60, State::running)};

TEST(Playback, StepsThroughEverySwitchAndBack) {
  std::vector<Nanos> there, back;
  double t = 0;
  while (auto next = next_switch(Spans(kSpans), t)) there.push_back(*next), t = static_cast<double>(*next);
  EXPECT_EQ(there, (std::vector<Nanos>{10, 20, 30, 50, 60}));  // 30: the end before a gap
  t = 1000;
  while (auto last = previous_switch(Spans(kSpans), t)) back.push_back(*last), t = static_cast<double>(*last);
  EXPECT_EQ(back, (std::vector<Nanos>{60, 50, 30, 20, 10}));
  EXPECT_EQ(next_switch(Spans(kSpans), 19.5), 20);
  EXPECT_EQ(previous_switch(Spans(kSpans), 20.5), 20);
  EXPECT_FALSE(next_switch(Spans(), 0));
}

TEST(Playback, TheNextSwitchOfARunIsTheEarliestOfItsLanes) {
  const std::vector<Lane> lanes = {lane(kSpans), lane({span(15, 100, State::running, 3)}), lane({})};
  EXPECT_EQ(next_switch(std::span<const Lane>(lanes), 10), 15);
  EXPECT_EQ(next_switch(std::span<const Lane>(lanes), 60), 100);
  EXPECT_EQ(previous_switch(std::span<const Lane>(lanes), 20), 15);
  EXPECT_FALSE(previous_switch(std::span<const Lane>(lanes), 10));
}

TEST(Playback, SaysWhoDoesWhatAndOnWhichLine) {
  const std::vector<Lane> lanes = {lane({span(0, 10, State::running, 2, 7)}), lane({span(0, 10, State::waiting_io, 3, 9)}),
                                   lane({span(0, 10, State::running, 4, 7)}), lane({span(0, 10, State::running, kRootTask, 12)}), lane({})};
  const auto states = states_at(lanes, 5);
  EXPECT_EQ(states[static_cast<std::size_t>(State::running)], 3u);
  EXPECT_EQ(states[static_cast<std::size_t>(State::waiting_io)], 1u);
  EXPECT_EQ(states[static_cast<std::size_t>(State::idle)], 1u);
  const auto lines = lines_at(lanes, 5);
  ASSERT_EQ(lines.size(), 2u);  // main's line is not one of the tasks'
  EXPECT_EQ(lines[0].line, 7);
  EXPECT_EQ(lines[0].lanes[static_cast<std::size_t>(State::running)], 2u);
  EXPECT_EQ(lines[1].line, 9);
  EXPECT_TRUE(lines_at(lanes, 10).empty());
}

TEST(Playback, WhatWokeATaskIsWhoHadItsCoreOrTheEventThatEndedItsWait) {
  TwoWorkers run;
  auto trace = trace_of(run.recorder, ExecutorKind::threads);
  // Task 3 stood in line from 105 on; task 2 had the one core until 153.
  const Wake let_go{2, 153, 153, 105};
  EXPECT_EQ(what_woke(*trace, 3, 120), let_go);
  EXPECT_EQ(what_woke(*trace, 3, 160), let_go) << "while it runs: of the wait before";
  EXPECT_EQ(what_woke(*trace, 2, 50), std::nullopt) << "an answer from outside has no cause";
  EXPECT_EQ(what_woke(*trace, 99, 50), std::nullopt);
}

TEST(Playback, WhatEndsAWaitForALockIsTheEventThatItsWakeNames) {
  Recorder recorder(8 << 20);
  LaneRecorder &main = recorder.lane(LaneKind::coordinator, "main"), &one = recorder.lane(LaneKind::worker, "1"), &two = recorder.lane(LaneKind::worker, "2");
  main.at(0, EventKind::run_started);
  main.fact(0, Fact::cores, 2);
  main.at(0, EventKind::spawn, 20, 2);
  main.at(0, EventKind::spawn, 20, 3);
  one.at(2, EventKind::run, run_on(0, 9), 2);
  two.at(2, EventKind::run, run_on(1, 9), 3);
  two.at(5, EventKind::wait, wait_for(WaitReason::lock, 9), 3);
  const Cause release = one.here();
  one.at(50, EventKind::done, 0, 2);
  two.at(52, EventKind::wake, 0, 3, release.word());
  two.at(52, EventKind::run, run_on(1, 10), 3);
  two.at(70, EventKind::done, 0, 3);
  main.at(80, EventKind::run_ended);
  auto trace = trace_of(recorder, ExecutorKind::threads);
  const Wake by_the_lock{2, 50, 52, 5};
  EXPECT_EQ(what_woke(*trace, 3, 20), by_the_lock);
}

}  // namespace
}  // namespace interleave
