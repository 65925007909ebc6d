#include "trace/trace.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "trace/loops.h"
#include "trace/trace_file.h"
#include "trace/two_workers.h"

namespace interleave {
namespace {

std::string spans_text(const Spans& spans) {
  std::string text;
  for (const Span& s : spans)
    text += std::to_string(s.begin) + "-" + std::to_string(s.end) + " " + "RQILGZNCSW"[static_cast<int>(s.state)] +
            (s.task ? std::to_string(s.task) : "") + "; ";
  return text;
}

TEST(Trace, WorkersShowWhatTheyHoldAndCoresShowWhoRan) {
  TwoWorkers run;
  auto trace = run.trace();
  EXPECT_EQ(trace->lanes().at(1).name, "worker 1");
  EXPECT_EQ(spans_text(trace->lanes()[1].spans), "-50--10 S; -10-2 Z; 2-3 R2; 3-103 I2; 103-153 R2; ");
  EXPECT_EQ(spans_text(trace->lanes()[2].spans), "-10-2 Z; 2-3 Q3; 3-5 R3; 5-105 I3; 105-153 Q3; 153-203 R3; ");
  ASSERT_EQ(trace->cores().size(), 1u);
  EXPECT_EQ(spans_text(trace->cores()[0].spans), "0-1 R1; 2-3 R2; 3-5 R3; 103-153 R2; 153-203 R3; 204-205 R1; ");
}

TEST(Trace, SummaryCountsFromTheStartOfTheRun) {
  TwoWorkers run;
  auto trace = run.trace();
  const Summary s = trace->summary();
  EXPECT_EQ(s.makespan, 205);
  EXPECT_EQ(s.tasks, 2u);
  EXPECT_EQ(s.finished, 2u);
  EXPECT_EQ(s.cpu_busy, 105);
  EXPECT_EQ(s.main_busy, 2);  // main had the core, too
  EXPECT_EQ(s.switches, 3u);
  EXPECT_EQ(s.latency.max, 203);
  EXPECT_EQ(trace->how_ended(), RunEnd::finished);
  ASSERT_EQ(trace->texts().size(), 1u);
  EXPECT_EQ(trace->texts()[0].text, "both done");
}

TEST(Trace, WorkersThatAreStartedTogetherAreNotAddedUp) {
  Recorder recorder(1 << 20);
  LaneRecorder& one = recorder.lane(LaneKind::worker, "thread 1");
  LaneRecorder& two = recorder.lane(LaneKind::worker, "thread 2");
  one.fact(-10, Fact::spawn_ns, 60);   // from -70
  two.fact(-5, Fact::spawn_ns, 50);    // from -55
  two.fact(1000, Fact::spawn_ns, 100); // later, alone
  one.at(2000, EventKind::run_ended);
  EXPECT_EQ(trace_of(recorder, ExecutorKind::threads)->summary().spawn_ns, 65 + 100);
}

TEST(Trace, SwitchesWithinOneStepOfTheClockAreCountedThoughNobodySeesThem) {
  Recorder recorder(1 << 20);
  LaneRecorder& lane = recorder.lane(LaneKind::loop, "event loop");
  lane.at(0, EventKind::run_started);
  // 2, then 3 and 4 and 3 within a step, then 4 again: three of the four switches happen at 5000.
  for (auto [at, task] : {std::pair{0, 2}, {5000, 3}, {5000, 4}, {5000, 3}, {5000, 4}}) {
    lane.at(at, EventKind::run, run_on(0), static_cast<TaskId>(task));
    if (at == 0) lane.at(5000, EventKind::wait, wait_for(WaitReason::io), 2);
    else if (task == 3) lane.at(at, EventKind::wait, wait_for(WaitReason::io), 3);
  }
  lane.at(10'000, EventKind::done, 0, 4);
  lane.at(10'000, EventKind::run_ended);
  auto trace = trace_of(recorder, ExecutorKind::loop);
  EXPECT_EQ(trace->cores().at(0).spans.size(), 2u);
  EXPECT_EQ(trace->summary().switches, 4u);
}

TEST(Trace, MainDealsTasksToLoopsAndRunsOn) {
  Recorder recorder(1 << 20);
  LaneRecorder& main = recorder.lane(LaneKind::coordinator, "main");
  LaneRecorder &one = recorder.lane(LaneKind::loop, "loop 1"), &two = recorder.lane(LaneKind::loop, "loop 2");
  main.at(0, EventKind::run_started);
  main.at(0, EventKind::run, run_on(0), kRootTask);
  for (const TaskId task : {TaskId{2}, TaskId{3}}) {
    main.at(10, EventKind::spawn, 1, task);
    main.at(10, EventKind::ready, 1, task);
  }
  main.at(30, EventKind::wait, wait_for(WaitReason::children), kRootTask);
  one.at(20, EventKind::run, run_on(1), 2);
  one.at(40, EventKind::wait, wait_for(WaitReason::io), 2);
  one.at(40, EventKind::lane_polling);
  one.fact(90, Fact::loop_blocked_ns, 5);
  two.at(20, EventKind::run, run_on(2), 3);
  two.at(50, EventKind::done, 0, 3);
  two.fact(90, Fact::loop_blocked_ns, 7);
  main.at(100, EventKind::run_ended);
  auto trace = trace_of(recorder, ExecutorKind::loop);
  EXPECT_EQ(loops_of(*trace), 2);
  EXPECT_EQ(spans_text(trace->lanes()[0].spans).substr(0, 8), "0-30 R1;") << "what it made is somebody else's";
  const Life spans = trace->spans_of(2);
  EXPECT_EQ(spans_text(spans.first(2)), "10-20 Q2; 20-40 R2; ");
  EXPECT_EQ(trace->fact(Fact::loop_blocked_ns), 12);
}

TEST(Trace, ATaskKnowsWhereItWas) {
  TwoWorkers run;
  auto trace = run.trace();
  const Life spans = trace->spans_of(3);
  EXPECT_EQ(spans_text(spans), "0-2 N3; 2-3 Q3; 3-5 R3; 5-105 I3; 105-153 Q3; 153-203 R3; ");
  const TaskRecord& task = trace->tasks()[2];
  EXPECT_EQ(task.running, 52);
  EXPECT_EQ(task.ready, 49);
  EXPECT_EQ(task.waiting, 100);
  EXPECT_EQ(task.parent, kRootTask);
}

TEST(Trace, CountsSayWhereAllTasksAreAtEachMoment) {
  TwoWorkers run;
  auto trace = run.trace();
  std::string text;
  for (const TaskCounts& c : trace->counts())
    text += std::to_string(c.at) + ":" + std::to_string(c.not_started) + std::to_string(c.ready) + std::to_string(c.running) +
            std::to_string(c.waiting_io) + std::to_string(c.done) + std::to_string(c.main) + " ";
  EXPECT_EQ(text, "0:200001 1:200000 2:011000 3:001100 5:000200 103:001100 105:011000 153:001010 203:000020 204:000021 205:000020 ");
}

/// One core for main and its task.
std::shared_ptr<const Trace> one_core(ExecutorKind kind) {
  Recorder recorder(1 << 20);
  LaneRecorder& main = recorder.lane(LaneKind::coordinator, "main");
  LaneRecorder& worker = recorder.lane(LaneKind::worker, "worker");
  main.at(0, EventKind::run, run_on(0), kRootTask);
  main.at(10, EventKind::spawn, 1, 2);
  main.at(20, EventKind::wait, wait_for(WaitReason::children), kRootTask);
  worker.at(20, EventKind::run, run_on(0), 2);
  worker.at(50, EventKind::done, 0, 2);
  main.at(50, EventKind::wake, 0, kRootTask, 0);
  main.at(52, EventKind::run, run_on(0), kRootTask);
  main.at(60, EventKind::done, 0, kRootTask);
  return trace_of(recorder, kind);
}

TEST(Trace, CountsSayWhenMainHasACore) {
  auto text = [](const Trace& trace) {
    std::string said;
    for (const TaskCounts& c : trace.counts()) said += std::to_string(c.at) + ":" + std::to_string(c.main) + std::to_string(c.cores_in_use()) + " ";
    return said;
  };
  const auto threads = one_core(ExecutorKind::threads);
  EXPECT_EQ(text(*threads), "0:11 10:11 20:01 50:00 52:11 60:00 ");
  const OpenedTrace opened = open_trace(trace_file(*threads));
  ASSERT_TRUE(opened.trace) << opened.sentence;
  EXPECT_EQ(text(*opened.trace), text(*threads));
  EXPECT_EQ(opened.trace->summary().main_busy, 28);
  EXPECT_TRUE(threads->spans_of(kRootTask).empty());
  EXPECT_EQ(text(*one_core(ExecutorKind::processes)), "10:00 20:01 50:00 ") << "main's core is none of the processes'";
}

TEST(Trace, MainBetweenTwoTurnsOfATaskIsNoSwitch) {
  SwitchCounter counter;
  int switches = 0;
  for (const TaskId task : {kRootTask, TaskId{2}, kRootTask, TaskId{2}, TaskId{3}, kRootTask, TaskId{2}}) switches += counter.runs(task);
  EXPECT_EQ(switches, 2);
  EXPECT_EQ(one_core(ExecutorKind::threads)->summary().switches, 0u);
}

TEST(Trace, LanesThatArriveLateGiveTheSamePicture) {
  TwoWorkers run;
  auto in_order = run.trace();
  // The same packets, lane by lane from the last to the first.
  std::vector<std::uint64_t> buffer(4096);
  TraceReader reader(run.recorder);
  const std::size_t n = reader.read(buffer);
  std::vector<std::span<const std::uint64_t>> packets;
  for (std::size_t i = 0; i < n;) {
    const std::size_t length = 1 + (buffer[i] >> 32);
    packets.push_back(std::span(buffer).subspan(i, length));
    i += length;
  }
  TraceBuilder builder(ExecutorKind::threads, Provenance::measured);
  for (auto packet = packets.rbegin(); packet != packets.rend(); ++packet) {
    builder.add(*packet);
    builder.so_far(300);
  }
  auto late = builder.finish();
  EXPECT_EQ(spans_text(late->cores()[0].spans), spans_text(in_order->cores()[0].spans));
  ASSERT_EQ(late->counts().size(), in_order->counts().size());
  for (std::size_t i = 0; i < late->counts().size(); ++i) {
    EXPECT_EQ(late->counts()[i].running, in_order->counts()[i].running);
    EXPECT_EQ(late->counts()[i].ready, in_order->counts()[i].ready);
    EXPECT_EQ(late->counts()[i].done, in_order->counts()[i].done);
  }
}

TEST(Trace, LiveSpansReachToNowAndAreTakenBack) {
  Recorder recorder(1 << 20);
  LaneRecorder& lane = recorder.lane(LaneKind::loop, "loop");
  TraceBuilder builder(ExecutorKind::loop, Provenance::measured);
  TraceReader reader(recorder);
  lane.at(0, EventKind::spawn, 1, 2);
  lane.at(0, EventKind::ready, 1, 2);
  lane.at(1, EventKind::run, run_on(0), 2);
  deliver(reader, builder);
  EXPECT_EQ(spans_text(builder.so_far(10).lanes()[0].spans), "1-10 R2; ");
  EXPECT_EQ(spans_text(builder.so_far(20).lanes()[0].spans), "1-20 R2; ");
  lane.at(15, EventKind::wait, wait_for(WaitReason::io), 2);
  lane.at(15, EventKind::lane_polling);
  deliver(reader, builder);
  EXPECT_EQ(spans_text(builder.so_far(30).lanes()[0].spans), "1-15 R2; 15-30 I; ");
  EXPECT_EQ(builder.so_far(30).counts().back().waiting_io, 1u);
  EXPECT_EQ(builder.finish()->how_ended(), RunEnd::aborted);
}

TEST(Trace, ALoopLaneIsNotDisturbedByTasksThatBecomeReady) {
  Recorder recorder(1 << 20);
  LaneRecorder& lane = recorder.lane(LaneKind::loop, "loop");
  lane.at(0, EventKind::run, run_on(0), 2);
  lane.at(5, EventKind::wake, 0, 3, 0);
  lane.at(5, EventKind::ready, 0, 3);
  lane.at(9, EventKind::done, 0, 2);
  lane.at(9, EventKind::run, run_on(0), 3);
  lane.at(12, EventKind::done, 0, 3);
  TraceBuilder builder(ExecutorKind::loop, Provenance::measured);
  TraceReader reader(recorder);
  deliver(reader, builder);
  EXPECT_EQ(spans_text(builder.finish()->lanes()[0].spans), "0-9 R2; 9-12 R3; ");
}

TEST(Trace, AWorkerThatStealsGoesOnWhenItsTaskWaits) {
  Recorder recorder(1 << 20);
  LaneRecorder& lane = recorder.lane(LaneKind::worker, "w");
  lane.at(0, EventKind::run, run_on(0), 2);
  lane.at(3, EventKind::ready, 0, 3);
  lane.at(5, EventKind::wait, wait_for(WaitReason::io), 2);
  lane.at(7, EventKind::lane_idle);
  lane.at(8, EventKind::ready, 0, 4);
  lane.at(9, EventKind::run, run_on(0), 3);
  lane.at(10, EventKind::wait, wait_for(WaitReason::blocked), 3);
  lane.at(12, EventKind::run, run_on(0), 3);
  lane.at(13, EventKind::done, 0, 3);
  EXPECT_EQ(spans_text(trace_of(recorder, ExecutorKind::stealing)->lanes()[0].spans), "0-5 R2; 7-9 Z; 9-10 R3; 10-12 I3; 12-13 R3; ");
  EXPECT_EQ(spans_text(trace_of(recorder, ExecutorKind::threads)->lanes()[0].spans), "0-5 R2; 5-7 I2; 7-8 Z; 8-9 Q4; 9-10 R3; 10-12 I3; 12-13 R3; ");
}

TEST(Trace, ACauseIsFoundInItsLane) {
  Recorder recorder(32 << 20);
  LaneRecorder& lane = recorder.lane(LaneKind::worker, "w");
  std::vector<Cause> causes;
  for (Nanos t = 0; t < 1000; ++t) {
    causes.push_back(lane.here());
    lane.at(t / 2, EventKind::run, 0, 2);
  }
  auto trace = trace_of(recorder, ExecutorKind::threads);
  for (std::size_t i = 0; i < causes.size(); ++i) EXPECT_EQ(trace->time_of(causes[i]), static_cast<Nanos>(i / 2));
  EXPECT_FALSE(trace->time_of({}));
  EXPECT_FALSE(trace->time_of({2, 0}));
  EXPECT_FALSE(trace->time_of({1, 0}));  // the lane's name, before its first time
}

TEST(Trace, OfTwoMillionTimesTheRememberedOnesAreCloseBefore) {
  Recorder recorder(64 << 20);
  LaneRecorder& lane = recorder.lane(LaneKind::worker, "w");
  std::vector<Cause> causes;
  for (Nanos t = 0; t < 2'000'000; ++t) {
    if (t % 1000 == 0) causes.push_back(lane.here());
    lane.at(t, EventKind::lane_idle);
  }
  auto trace = trace_of(recorder, ExecutorKind::threads);
  for (std::size_t i = 0; i < causes.size(); ++i) {
    const Nanos at = trace->time_of(causes[i]).value_or(-1), exact = static_cast<Nanos>(i) * 1000;
    EXPECT_LE(at, exact);
    EXPECT_GE(at, exact - 64);
  }
}

TEST(Trace, HostilePacketsNeitherCrashItNorFillTheMemory) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; ++round) {
    TraceBuilder builder(ExecutorKind::threads, Provenance::measured);
    std::vector<std::uint64_t> words(200);
    for (std::uint64_t& w : words)
      w = round % 2 ? random() : random() % 24 | (random() % 0x60000) << 8 | (random() % 9) << 32;
    for (std::size_t i = 0; i + 20 <= words.size(); i += 20) words[i] = random() % 5 | (random() % 4) << 16 | 19ull << 32;
    builder.add(words);
    builder.so_far(100);
    builder.finish();
  }
}

TEST(Trace, BitFlipsInARealRunDoNoHarm) {
  TwoWorkers run;
  std::vector<std::uint64_t> buffer(4096);
  TraceReader reader(run.recorder);
  const std::size_t n = reader.read(buffer);
  for (std::size_t bit = 0; bit < n * 64; ++bit) {
    std::vector<std::uint64_t> words(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(n));
    words[bit / 64] ^= std::uint64_t{1} << bit % 64;
    TraceBuilder builder(ExecutorKind::threads, Provenance::measured);
    builder.add(words);
    builder.finish();
  }
}

TEST(Trace, AMillionChangesStayCheapLive) {
  Recorder recorder(256 << 20);
  LaneRecorder& lane = recorder.lane(LaneKind::loop, "loop");
  TraceBuilder builder(ExecutorKind::loop, Provenance::measured);
  TraceReader reader(recorder);
  constexpr TaskId tasks = 100'000;
  Nanos t = 0;
  for (TaskId id = 2; id < tasks + 2; ++id) lane.at(t, EventKind::spawn, 1, id);
  for (TaskId id = 2; id < tasks + 2; ++id) {
    lane.at(++t, EventKind::run, run_on(0), id);
    lane.at(++t, EventKind::done, 0, id);
    if (id % 1000 == 0) {
      deliver(reader, builder);
      builder.so_far(t);
    }
  }
  deliver(reader, builder);
  auto trace = builder.finish();
  EXPECT_EQ(trace->summary().finished, tasks);
  EXPECT_EQ(trace->counts().back().done, tasks);
  EXPECT_EQ(trace->spans_of(7).size(), 2u);
}

}  // namespace
}  // namespace interleave
