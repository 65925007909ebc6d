#include "trace/why.h"

#include <gtest/gtest.h>

#include "trace/trace_file.h"
#include "trace/two_workers.h"

namespace interleave {
namespace {

constexpr Nanos kMs = 1'000'000;

std::string plain(std::string text) {
  for (std::size_t at; (at = text.find("\u2009")) != std::string::npos;) text.replace(at, 3, " ");
  return text;
}

std::string why_at(const Trace& trace, std::size_t lane, std::size_t span) {
  return plain(why(trace, lane, trace.lanes().at(lane).spans[span]));
}

struct LittleRun {
  Recorder recorder{16 << 20};
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

TEST(Why, WhereNobodyHeldTheGilForMostOfTheWaitNobodyIsNamed) {  // seen: "task 2 held it", for 5 of 59 ms
  LittleRun run({LaneKind::worker, LaneKind::worker});
  run[0].fact(0, Fact::cores, 1);
  run[0].at(0, EventKind::run, 0, 3);
  run[1].at(0, EventKind::wait, static_cast<std::uint32_t>(WaitReason::gil) << 16, 17);
  run[0].at(5 * kMs, EventKind::done, 0, 3);
  run[1].at(59 * kMs, EventKind::run, 0, 17);
  run[1].at(60 * kMs, EventKind::done, 0, 17);
  const auto trace = trace_of(run.recorder, ExecutorKind::gil);
  EXPECT_EQ(why_at(*trace, 1, 0), "Task 16 waited 59.0 ms for the GIL, though nobody held it for 54.0 ms of them: the system ran something else.");
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

TEST(Why, WhoseWaitIsOverWhileTheLoopIsBlockedIsReadyAndSaysWhy) {  // seen: a timer that was long due drawn as a wait for I/O
  LittleRun run({LaneKind::loop});
  run[0].fact(0, Fact::cores, 1);
  for (TaskId id : {2u, 3u}) run[0].at(0, EventKind::spawn, 0, id);
  run[0].at(0, EventKind::run, 0, 2);
  run[0].at(1 * kMs, EventKind::wait, static_cast<std::uint32_t>(WaitReason::io) << 16, 2);
  run[0].at(1 * kMs, EventKind::run, 0, 3);
  run[0].at(2 * kMs, EventKind::wait, static_cast<std::uint32_t>(WaitReason::blocked) << 16, 3);
  run[0].at(302 * kMs, EventKind::run, 0, 3);
  run[0].at(303 * kMs, EventKind::wait, static_cast<std::uint32_t>(WaitReason::io) << 16, 3);
  run[0].at(303 * kMs, EventKind::wake, 0, 2, Cause{0, static_cast<std::uint64_t>(292 * kMs)}.word());  // due at 11
  run[0].at(303 * kMs, EventKind::run, 0, 2);
  run[0].at(304 * kMs, EventKind::done, 0, 2);
  run[0].at(305 * kMs, EventKind::run, 0, 3);
  run[0].at(306 * kMs, EventKind::done, 0, 3);
  const auto trace = trace_of(run.recorder, ExecutorKind::loop);
  const Life life = trace->spans_of(2);
  ASSERT_EQ(life.size(), 4u);
  EXPECT_EQ(life[1].state, State::waiting_io);
  EXPECT_EQ(life[1].end, 11 * kMs);
  EXPECT_EQ(life[2].state, State::ready);
  EXPECT_EQ(life[2].end, 303 * kMs);
  EXPECT_EQ(trace->counts().in_force(100e6).ready, 1u);
  EXPECT_EQ(plain(why_task(*trace, life[2])), "Task 1 was ready and waited 0.292 s for its turn: task 2 blocked the event loop.");
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

TEST(Why, OfALockItSaysWhichAndWhoHeldIt) {  // seen: "a lock, or something that another task had to give"
  const auto said = [](SyncMark mark, ObjectKind kind = ObjectKind::lock) { return sync_word(mark, kind, 2); };
  for (const bool known : {true, false}) {
    LittleRun run({LaneKind::worker, LaneKind::worker});
    run[0].at(0, EventKind::run, 0, 4);
    run[0].at(1 * kMs, EventKind::sync, said(SyncMark::takes), 4);
    run[1].at(2 * kMs, EventKind::sync, said(SyncMark::wants), 5);
    run[1].then(EventKind::wait, static_cast<std::uint32_t>(WaitReason::lock) << 16, 5);
    run[0].at(6 * kMs, EventKind::sync, said(SyncMark::gives), 4);
    const Cause cause = run[0].here();
    run[0].at(7 * kMs, EventKind::done, 0, 4);
    run[1].at(7 * kMs, EventKind::wake, 0, 5, known ? cause.word() : 0);
    run[1].at(7 * kMs, EventKind::run, 0, 5);
    run[1].at(8 * kMs, EventKind::sync, said(SyncMark::wants, ObjectKind::event), 5);
    run[1].then(EventKind::wait, static_cast<std::uint32_t>(WaitReason::event) << 16, 5);
    run[1].at(9 * kMs, EventKind::run, 0, 5);
    run[1].at(10 * kMs, EventKind::done, 0, 5);
    const auto trace = trace_of(run.recorder, ExecutorKind::threads);
    EXPECT_EQ(why_at(*trace, 1, 0), known ? "Task 4 waited 5.00 ms for lock 2, which task 3 held until then." : "Task 4 waited 5.00 ms for lock 2, which task 3 held.");
    EXPECT_EQ(plain(why_task(*trace, trace->spans_of(5)[0])), why_at(*trace, 1, 0));
    EXPECT_EQ(why_at(*trace, 1, 2), "Task 4 waited 1.00 ms for event 2.");
    EXPECT_NE(dump_text(*trace).find("@1000000 task 4 takes lock 2"), std::string::npos);
  }
}

TEST(Why, OfVeryManyLocksTheFirstAreKnownAndNothingWrongIsSaidOfTheRest) {
  LittleRun run({LaneKind::loop});
  constexpr int kTurns = 120'000;
  Nanos t = 0;
  for (int i = 0; i < kTurns; ++i) {
    run[0].at(t += 10, EventKind::run, 0, 2);
    run[0].then(EventKind::sync, sync_word(SyncMark::takes, ObjectKind::lock, 1), 2);
    run[0].at(t += 10, EventKind::sync, sync_word(SyncMark::gives, ObjectKind::lock, 1), 2);
  }
  run[0].at(t += 10, EventKind::run, 0, 3);
  run[0].at(t += 10, EventKind::sync, sync_word(SyncMark::wants, ObjectKind::lock, 1), 3);
  run[0].then(EventKind::wait, static_cast<std::uint32_t>(WaitReason::lock) << 16, 3);
  run[0].at(t += 1000, EventKind::run, 0, 3);
  run[0].at(t += 10, EventKind::done, 0, 3);
  const auto trace = trace_of(run.recorder, ExecutorKind::loop);
  std::size_t kept = 0;
  for (const Mark& mark : trace->lanes()[0].marks) kept += mark.kind == EventKind::sync;
  EXPECT_LE(kept, 200'000u);
  EXPECT_GT(kept, 199'000u);
  for (const Span& span : trace->spans_of(3))
    if (span.state == State::waiting_lock) EXPECT_EQ(plain(why_task(*trace, span)), "Task 2 waited 1.00 µs for a lock, or for something that another task had to give.");
}

TEST(Why, OfManyWhoHadTheCoresTheirNumberIsSaid) {  // seen: "more than 3 tasks" where a picture showed 56
  for (const bool gil : {false, true}) {
    LittleRun run({LaneKind::worker, LaneKind::worker});
    run[0].fact(0, Fact::cores, 1);
    constexpr TaskId kOthers = 12;
    const auto in_line = [&](Nanos at, TaskId task) {
      if (gil) run[1].at(at, EventKind::wait, static_cast<std::uint32_t>(WaitReason::gil) << 16, task);
      else run[1].at(at, EventKind::ready, 0, task);
    };
    for (TaskId id = 2; id < 2 + kOthers; ++id) in_line(id, id);
    in_line(100, 99);
    for (TaskId id = 2; id < 2 + kOthers; ++id) {
      run[0].at(100 + (id - 2) * kMs, EventKind::run, 0, id);
      run[0].at(100 + (id - 1) * kMs, EventKind::done, 0, id);
    }
    run[0].at(100 + kOthers * kMs, EventKind::run, 0, 99);
    run[0].at(100 + (kOthers + 1) * kMs, EventKind::done, 0, 99);
    const auto trace = trace_of(run.recorder, gil ? ExecutorKind::gil : ExecutorKind::threads);
    for (const Span& span : trace->spans_of(99))
      if (span.state == State::ready) EXPECT_EQ(plain(why_task(*trace, span)), "Task 98 waited 12.0 ms for a core: the 12 tasks that were ready before it had it first.");
      else if (span.state == State::waiting_gil) EXPECT_EQ(plain(why_task(*trace, span)), "Task 98 waited 12.0 ms for the GIL: 12 tasks asked before it; the last, task 12, let it go at 12.00 ms.");
  }
}

TEST(Why, OfAnotherProgramsSliceItSaysItsName) {  // seen: "Task 12 had a core" where the lane says parse()
  const std::string json = R"json([{"ph":"X","pid":1,"tid":1,"name":"parse()","ts":1,"dur":5},{"ph":"X","pid":1,"tid":1,"name":"Write","ts":7,"dur":5}])json";
  const auto trace = open_trace(json).trace;
  ASSERT_TRUE(trace);
  EXPECT_EQ(why_at(*trace, 0, 0), "parse() ran for 5.00 µs.");
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
