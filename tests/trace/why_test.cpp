#include "trace/why.h"

#include <gtest/gtest.h>

#include "trace/two_workers.h"

namespace interleave {
namespace {

constexpr Nanos kMs = 1'000'000;

std::string plain(std::string text) {
  for (std::size_t at; (at = text.find("\u2009")) != std::string::npos;) text.replace(at, 3, " ");
  return text;
}

std::string why_at(const Trace& trace, std::size_t lane, std::size_t span) {
  return plain(why(trace, lane, trace.lanes().at(lane).spans.at(span)));
}

struct LittleRun {
  Recorder recorder{1 << 20};
  std::vector<LaneRecorder*> lanes;
  explicit LittleRun(std::vector<LaneKind> kinds) {
    for (LaneKind kind : kinds) lanes.push_back(&recorder.lane(kind, ""));
  }
  LaneRecorder& operator[](std::size_t i) { return *lanes[i]; }
};

TEST(Why, ReadyNamesWhoHadTheCore) {
  TwoWorkers run;
  const auto trace = run.trace();
  EXPECT_EQ(why_at(*trace, 2, 4), "Task 2 waited 0.048 µs for a core: task 1 had it.");
  EXPECT_EQ(why_at(*trace, 1, 2), "Task 1 had a core for 0.001 µs; then it had to wait.");
  EXPECT_EQ(why_at(*trace, 1, 3), "Task 1 waited 0.100 µs for an answer: the core is free, but the thread is held.");
  EXPECT_EQ(why_at(*trace, 1, 0), "Starting this thread took 0.040 µs.");
  EXPECT_EQ(why_at(*trace, 0, 1), "Main waited 0.203 µs for tasks that it had made; task 2 woke it.");
}

TEST(Why, AllCoresBusyIsSaidOnlyWhereItIsTrue) {
  for (const Nanos rest : {Nanos{0}, 4 * kMs}) {
    LittleRun run({LaneKind::worker, LaneKind::worker, LaneKind::worker});
    run[0].fact(0, Fact::cores, 2);
    run[0].at(0, EventKind::run, 0 << 16, 2);
    run[0].at(10 * kMs, EventKind::done, 0, 2);
    run[1].at(0, EventKind::run, 1 << 16, 3);
    run[1].at(10 * kMs - rest, EventKind::done, 0, 3);
    run[2].at(0, EventKind::ready, 0, 4);
    run[2].at(10 * kMs, EventKind::run, 0, 4);
    run[2].at(11 * kMs, EventKind::done, 0, 4);
    const auto trace = trace_of(run.recorder, ExecutorKind::threads);
    EXPECT_EQ(why_at(*trace, 2, 0), rest ? "Task 3 waited 10.0 ms for a core: on average 1.6 of 2 were busy."
                                         : "Task 3 waited 10.0 ms for a core: both cores were busy; task 1 and task 2 had them.");
  }
}

TEST(Why, TheGilsHolderIsNamedAndWhetherItWasMadeToDropIt) {
  for (const std::uint32_t forced : {0u, 1u}) {
    LittleRun run({LaneKind::worker, LaneKind::worker});
    run[0].fact(0, Fact::cores, 1);
    run[0].fact(0, Fact::gil_interval_ns, 5 * kMs);
    run[0].at(0, EventKind::run, 0, 3);
    run[1].at(0, EventKind::wait, static_cast<std::uint32_t>(WaitReason::gil) << 16, 17);
    run[0].at(5 * kMs, EventKind::gil_dropped, forced, 3);
    run[0].at(5 * kMs, EventKind::wait, static_cast<std::uint32_t>(WaitReason::gil) << 16, 3);
    run[1].at(5 * kMs, EventKind::run, 0, 17);
    run[1].at(9 * kMs, EventKind::done, 0, 17);
    run[0].at(9 * kMs, EventKind::run, 0, 3);
    run[0].at(10 * kMs, EventKind::done, 0, 3);
    const auto trace = trace_of(run.recorder, ExecutorKind::gil);
    EXPECT_EQ(why_at(*trace, 1, 0),
              forced ? "Task 16 waited 5.00 ms for the GIL: task 2 held it and was made to drop it after the switch interval of 5.00 ms."
                     : "Task 16 waited 5.00 ms for the GIL: task 2 held it.");
    EXPECT_EQ(why_at(*trace, 0, 0), forced ? "Task 2 held the GIL and ran for 5.00 ms; then it was made to drop it."
                                           : "Task 2 held the GIL and ran for 5.00 ms; then it had to wait for the GIL.");
    EXPECT_EQ(why_at(*trace, 0, 1), "Task 2 waited 4.00 ms for the GIL: task 16 held it.");
  }
}

TEST(Why, ALoopThatSleepsAndOneThatIsBlockedAreToldApart) {
  LittleRun run({LaneKind::loop});
  run[0].at(0, EventKind::spawn, 0, 2);
  run[0].at(0, EventKind::spawn, 0, 3);
  run[0].at(0, EventKind::run, 0, 2);
  run[0].at(1 * kMs, EventKind::wait, static_cast<std::uint32_t>(WaitReason::io) << 16, 2);
  run[0].at(1 * kMs, EventKind::run, 0, 3);
  run[0].at(2 * kMs, EventKind::wait, static_cast<std::uint32_t>(WaitReason::blocked) << 16, 3);
  run[0].at(4 * kMs, EventKind::run, 0, 3);
  run[0].at(5 * kMs, EventKind::done, 0, 3);
  run[0].at(5 * kMs, EventKind::lane_polling);
  run[0].at(9 * kMs, EventKind::lane_ended);
  const auto trace = trace_of(run.recorder, ExecutorKind::loop);
  EXPECT_EQ(why_at(*trace, 0, 2), "Task 2 blocked the event loop for 2.00 ms: it called something that waits, and no other task could run.");
  EXPECT_EQ(why_at(*trace, 0, 4), "The event loop slept for 4.00 ms: 1 task waited, and none could go on.");
}

TEST(Why, OfATaskThatBlocksItsThreadItSaysWhatItsLaneSays) {  // seen: "it needs no core for that" of a call that held the event loop
  for (const LaneKind kind : {LaneKind::loop, LaneKind::worker}) {
    LittleRun run({kind});
    run[0].at(0, EventKind::spawn, 0, 2);
    run[0].at(0, EventKind::spawn, 0, 3);
    run[0].at(0, EventKind::run, 0, 2);
    run[0].at(1 * kMs, EventKind::wait, static_cast<std::uint32_t>(WaitReason::blocked) << 16, 2);
    run[0].at(4 * kMs, EventKind::run, 0, 2);
    run[0].at(5 * kMs, EventKind::done, 0, 2);
    run[0].at(5 * kMs, EventKind::run, 0, 3);
    run[0].at(6 * kMs, EventKind::wait, static_cast<std::uint32_t>(WaitReason::io) << 16, 3);
    run[0].at(6 * kMs, EventKind::lane_polling);
    run[0].at(9 * kMs, EventKind::run, 0, 3);
    run[0].at(9 * kMs + 1, EventKind::done, 0, 3);
    run[0].at(9 * kMs + 1, EventKind::lane_ended);
    const auto trace = trace_of(run.recorder, kind == LaneKind::loop ? ExecutorKind::loop : ExecutorKind::stealing);
    const auto of_task = [&](TaskId task, State state) {
      for (const Span& span : trace->spans_of(task))
        if (span.state == state) return plain(why_task(*trace, span));
      return std::string();
    };
    EXPECT_EQ(of_task(2, State::waiting_io), why_at(*trace, 0, 1));
    EXPECT_EQ(of_task(2, State::waiting_io), kind == LaneKind::loop ? "Task 1 blocked the event loop for 3.00 ms: it called something that waits, and no other task could run."
                                                                    : "Task 1 waited 3.00 ms for an answer: the core is free, but the thread is held.");
    EXPECT_EQ(of_task(3, State::waiting_io), "Task 2 waited 3.00 ms for an answer: it needs no core for that.");
  }
}

TEST(Why, IdleBlamesALackOfWorkOnlyWhereNothingWasReady) {
  for (const bool queued : {false, true}) {
    LittleRun run({LaneKind::worker, LaneKind::worker});
    run[1].at(0, EventKind::lane_idle);
    run[0].at(0, EventKind::spawn, 0, 2);
    run[0].at(1 * kMs, EventKind::run, 0, 3);
    if (queued) run[0].at(2 * kMs, EventKind::ready, 0, 2);
    run[0].at(9 * kMs, EventKind::run, 0, 2);
    run[0].at(10 * kMs, EventKind::done, 0, 2);
    run[1].at(10 * kMs, EventKind::lane_ended);
    const auto trace = trace_of(run.recorder, ExecutorKind::stealing);
    EXPECT_EQ(why_at(*trace, 1, 0), queued ? "It had no task for 10.0 ms." : "It had no task for 10.0 ms: nothing was ready to run.");
  }
}

TEST(Why, WhoWokeAWaiterIsSaidWhereTheTraceHasTheCause) {
  for (const bool known : {false, true}) {
    LittleRun run({LaneKind::worker, LaneKind::worker});
    run[0].at(0, EventKind::run, 0, 4);
    run[1].at(0, EventKind::wait, static_cast<std::uint32_t>(WaitReason::lock) << 16, 5);
    run[0].at(3 * kMs, EventKind::run, 9, 4);
    const Cause cause = run[0].here();
    run[0].at(6 * kMs, EventKind::gil_dropped, 0, 4);
    run[1].at(7 * kMs, EventKind::wake, 0, 5, known ? cause.word() : 0);
    run[1].at(7 * kMs, EventKind::run, 0, 5);
    run[1].at(8 * kMs, EventKind::done, 0, 5);
    run[0].at(9 * kMs, EventKind::done, 0, 4);
    const auto trace = trace_of(run.recorder, ExecutorKind::threads);
    EXPECT_EQ(trace->time_of(cause), 6 * kMs);
    EXPECT_EQ(why_at(*trace, 1, 0), std::string("Task 4 waited 7.00 ms for a lock, or for something that another task had to give") +
                                        (known ? "; task 3 woke it." : "."));
  }
}

TEST(Why, OfALiveSpanItSaysSoFar) {
  LittleRun run({LaneKind::worker});
  run[0].at(0, EventKind::wait, static_cast<std::uint32_t>(WaitReason::io) << 16, 2);
  TraceBuilder builder(ExecutorKind::threads, Provenance::measured);
  TraceReader reader(run.recorder);
  deliver(reader, builder);
  const Trace& trace = builder.so_far(7 * kMs);
  EXPECT_EQ(why_at(trace, 0, 0), "Task 1 waited 7.00 ms so far for an answer: the core is free, but the thread is held.");
}

TEST(Why, EveryStateOfATaskHasASentence) {
  TwoWorkers run;
  const auto trace = run.trace();
  for (const Span& span : trace->spans_of(3)) EXPECT_GT(why_task(*trace, span).size(), 10u);
  EXPECT_EQ(plain(why_task(*trace, trace->spans_of(3)[0])), "Task 2 had been made, and nobody took it for 0.002 µs.");
}

}  // namespace
}  // namespace interleave
