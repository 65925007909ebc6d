// A clock that jumps or stands (RELIABILITY.md, the row of faults): what every executor does with it.
#include <atomic>

#include "nursery.h"
#include "runtime/submission.h"

namespace interleave::testing {
namespace {

/// The machine's, moved by `by`, or standing at `at`.
struct OddClock final : Clock {
  RealClock real;
  std::atomic<Nanos> by = 0, at = 0;
  Nanos now() override { return at != 0 ? at.load() : real.now() + by; }
  void wait_until(Nanos deadline) override {
    if (at != 0) return;
    real.wait_until(deadline == kForever ? kForever : deadline - by);
  }
  void notify() override { real.notify(); }
};

class OddTime : public OfEachCandidate<Trial> {
 protected:
  OddTime() : OfEachCandidate(2) {
    auto odd = std::make_unique<OddClock>();
    clock = odd.get();
    run.own_clock = std::move(odd);
    run.options.clock = clock;
  }
  OddClock* clock = nullptr;
};

TEST_P(OddTime, AJumpOfAnHourForwardEndsWaitsAndNothingElse) {
  std::atomic<int> woken = 0;
  bool timeout = false;
  run.start([&](Task& task) -> Coroutine {
    auto sleepers = times(4, [&](Task& task) -> Coroutine {
      co_await io(task, 2 * kMs);
      clock->by = kHour;
      co_await io(task, 2 * kMs);
      co_await compute(task, kMs / 10);
      ++woken;
    });
    co_await gather(task, sleepers);
    try {
      co_await wait_for(task, work([](Task& task) -> Coroutine { co_await io(task, 2 * kHour); }), 2 * kMs);
    } catch (const OperationFailed&) {
      timeout = true;
    }
  });
  do run.end = run.executor->poll(kMs);
  while (run.end.kind != Progress::Kind::done);
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(woken, 4);
  EXPECT_TRUE(timeout);
  run.lanes();  // none goes back in time
}

TEST_P(OddTime, AJumpOfAnHourBackNeitherTurnsALaneBackNorKeepsWhatBeginsThen) {
  std::atomic<int> woken = 0;
  run.start([&](Task& task) -> Coroutine {
    co_await compute(task, kMs / 10);
    clock->by = -kHour;
    co_await gather(task, times(4, [&](Task& task) -> Coroutine {
      co_await io(task, 2 * kMs);
      co_await compute(task, kMs / 10);
      ++woken;
    }));
  });
  do run.end = run.executor->poll(kMs);
  while (run.end.kind != Progress::Kind::done);
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(woken, 4);
  run.lanes();
}

// Seen: who had begun to wait before the jump waited an hour.
TEST_P(OddTime, AJumpOfAnHourBackKeepsNobodyWhoWaits) {
  constexpr int kSleepers = 2;
  std::atomic<int> waiting = 0, woken = 0;
  std::atomic<bool> timeout = false;
  run.start([&](Task& task) -> Coroutine {
    auto works = times(GetParam() == ExecutorKind::serial ? 1 : kSleepers, [&](Task& task) -> Coroutine {
      ++waiting;
      co_await io(task, 20 * kMs);
      co_await compute(task, 20 * kMs);  // under the GIL in turns
      ++woken;
    });
    co_await gather(task, works);
    ++waiting;
    try {
      co_await wait_for(task, work([](Task& task) -> Coroutine { co_await io(task, 2 * kHour); }), 20 * kMs);
    } catch (const OperationFailed&) {
      timeout = true;
    }
    co_await io(task, kMs);
  });
  RealClock real;
  const Nanos limit = real.now() + 5'000 * kMs;
  const int sleepers = GetParam() == ExecutorKind::serial ? 1 : kSleepers;
  auto poll = [&] { return (run.end = run.executor->poll(kMs)).kind != Progress::Kind::done && real.now() < limit; };
  while (waiting < sleepers && poll()) {}
  clock->by = -kHour;
  while (waiting == sleepers && poll()) {}
  clock->by = -2 * kHour;
  while (poll()) {}
  EXPECT_EQ(run.end.kind, Progress::Kind::done);
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(woken, sleepers);
  EXPECT_TRUE(timeout);
  run.lanes();  // none goes back in time
  if (run.end.kind == Progress::Kind::done) { EXPECT_LT(run.makespan(), 5'000 * kMs); }
}

// Seen: of a task that never waits, on the loop and on serial, a poll did not come back.
TEST_P(OddTime, WhileItStandsEachPollEndsAndWhenItGoesOnSoDoTheWaits) {
  std::atomic<bool> goes = false;
  std::atomic<int> woken = 0;
  RealClock real;
  const Nanos limit = real.now() + 5'000 * kMs;
  std::atomic<bool> late = false;
  run.start([&](Task& task) -> Coroutine {
    auto sleeper = work([&](Task& task) -> Coroutine {
      co_await io(task, 2 * kMs);
      ++woken;
    });
    auto busy = work([&](Task& task) -> Coroutine {
      while (!goes && !late) {
        co_await io(task, 0);
        co_await step(task);
        late = real.now() > limit;
      }
    });
    if (GetParam() == ExecutorKind::serial) co_await gather(task, all(busy, sleeper));
    else co_await gather(task, all(sleeper, busy));
  });
  while (run.executor->poll(0).kind != Progress::Kind::done && run.recorder.lane_count() < 2) {}
  clock->at = clock->real.now();
  for (int i = 0; i < 20; ++i) run.executor->poll(kMs);
  goes = true;
  for (int i = 0; i < 20; ++i) run.executor->poll(kMs);
  clock->by = -(clock->real.now() - clock->at);
  clock->at = 0;
  do run.end = run.executor->poll(kMs);
  while (run.end.kind != Progress::Kind::done);
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_FALSE(late);
  EXPECT_EQ(woken, 1);
  run.lanes();
}

class OddTimeServed : public OddTime {
 protected:
  OddTimeServed() { run.options.submissions = queue; }
  std::shared_ptr<SubmissionQueue> queue = std::make_shared<SubmissionQueue>();
};

// Seen: who looks on for what is submitted did so until the clock went on.
TEST_P(OddTimeServed, WhileItStandsAPollEndsThoughSomebodyMaySubmit) {
  run.start([&](Task& task) -> Coroutine { co_await until_closed(task, *queue); });
  while (run.recorder.lane_count() < 2) run.executor->poll(0);
  for (int i = 0; i < 20; ++i) run.executor->poll(0);
  clock->at = clock->real.now();
  for (int i = 0; i < 3; ++i) EXPECT_NE(run.executor->poll(kMs).kind, Progress::Kind::done);
  clock->by = -(clock->real.now() - clock->at);
  clock->at = 0;
  queue->close();
  do run.end = run.executor->poll(kMs);
  while (run.end.kind != Progress::Kind::done);
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
}

INSTANTIATE_TEST_SUITE_P(Executors, OddTime, ::testing::ValuesIn(candidates_with_one_memory()),
                         [](const auto& info) { return info.param.name(); });
INSTANTIATE_TEST_SUITE_P(Executors, OddTimeServed, ::testing::ValuesIn(candidates_with_one_memory()),
                         [](const auto& info) { return info.param.name(); });

}  // namespace
}  // namespace interleave::testing
