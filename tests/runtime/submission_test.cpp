// Work that other threads hand to a running executor.
#include "runtime/submission.h"

#include <atomic>
#include <thread>

#include "fake_clock.h"
#include "runtime/fork_join.h"
#include "support.h"

namespace interleave::testing {
namespace {

using End = Submission::End;

class Submitting : public OfEachCandidate<Trial> {
 protected:
  Submitting() : OfEachCandidate(2) { run.options.submissions = queue; }
  void SetUp() override {
    if (!INTERLEAVE_HAS_THREADS) GTEST_SKIP() << "there is no other thread";
    OfEachCandidate::SetUp();
  }
  /// main waits for what comes, until the queue is closed.
  void serve() {
    run.start([this](Task& task) -> Coroutine { co_await until_closed(task, *queue); });
  }
  std::shared_ptr<SubmissionQueue> queue = std::make_shared<SubmissionQueue>();
};
INSTANTIATE_TEST_SUITE_P(Executors, Submitting, ::testing::ValuesIn(candidates_with_one_memory()), ::testing::PrintToStringParamName());

TEST_P(Submitting, AnyThreadHandsInWorkAndHearsOfItsEnd) {
  serve();
  std::atomic<int> ran = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      for (int turn = 0; turn < 50; ++turn) {
        const Submission one = queue->submit(work([&](Task& task) -> Coroutine {
          if (ran % 10 == 0) co_await io(task, kMs / 10);
          ++ran;
        }));
        one.get();
        EXPECT_EQ(one.wait(), End::finished);
      }
      const Submission fails = queue->submit(work([](Task&) -> Coroutine {
        throw OperationFailed{"It broke."};
        co_return;
      }));
      EXPECT_EQ(fails.wait(), End::failed);
      EXPECT_THROW(fails.get(), OperationFailed);
      EXPECT_NE(fails.failure(), nullptr);
    });
  std::thread closer([&] {
    for (auto& each : threads) each.join();
    queue->close();
  });
  EXPECT_EQ(run.finish().end, RunEnd::finished) << run.end.sentence;
  closer.join();
  EXPECT_EQ(ran, 150);
  EXPECT_EQ(run.outcomes()[Outcome::finished], 150);
  EXPECT_EQ(run.outcomes()[Outcome::failed], 3);
  expect_well_formed(run);
  // As main spawned them.
  for (const auto& lane : run.lanes())
    for (const auto& event : lane)
      if (event.kind == EventKind::spawn) { EXPECT_EQ(event.lane_kind, LaneKind::coordinator); }
}

// Seen in the code: the drained queue took it that main waited for it, whatever main waited for, and then nobody saw a deadlock.
TEST_P(Submitting, ADrainedQueueEndsNoOtherWaitOfMain) {
  Event never;
  run.start([&](Task& task) -> Coroutine { co_await wait(task, never); });
  std::thread outside([&] {
    EXPECT_EQ(queue->submit(work([](Task& task) -> Coroutine { co_await io(task, kMs); })).wait(), End::finished);
    queue->close();
  });
  EXPECT_EQ(run.finish().end, RunEnd::deadlock);
  outside.join();
}

TEST_P(Submitting, WhatWasSubmittedBeforeItWasClosedComesToItsEnd) {
  std::vector<Submission> all;
  std::atomic<int> ran = 0;
  for (int i = 0; i < 100; ++i)  // before start(), too
    all.push_back(queue->submit(work([&](Task& task) -> Coroutine {
      co_await io(task, kMs);
      ++ran;
    })));
  queue->close();
  const Submission late = queue->submit(work([&](Task&) -> Coroutine {
    ++ran;
    co_return;
  }));
  EXPECT_EQ(late.wait(), End::refused);
  EXPECT_THROW(late.get(), OperationFailed);
  serve();
  EXPECT_EQ(run.finish().end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(ran, 100);
  for (const Submission& each : all) EXPECT_EQ(each.wait(), End::finished);
  expect_well_formed(run);
}

TEST_P(Submitting, IsRefusedAfterTheEndOfMain) {
  run.run([](Task&) -> Coroutine { co_return; });
  EXPECT_EQ(run.end.end, RunEnd::finished);
  EXPECT_EQ(queue->submit(work([](Task&) -> Coroutine { co_return; })).wait(), End::refused);
  run.executor.reset();
  EXPECT_EQ(queue->submit(work([](Task&) -> Coroutine { co_return; })).wait(), End::refused);
}

TEST_P(Submitting, WaitHasALimitAndADeadlockIsNoneWhileSomebodyMaySubmit) {
  serve();
  Lock lock;
  const Submission stuck = queue->submit(work([&](Task& task) -> Coroutine {
    co_await acquire(task, lock);
    co_await acquire(task, lock);
  }));
  for (int i = 0; i < 50; ++i) EXPECT_NE(run.executor->poll(kMs).kind, Progress::Kind::done);
  EXPECT_EQ(stuck.wait(kMs), End::lives);
  queue->close();
  EXPECT_EQ(run.finish().end, RunEnd::deadlock) << run.end.sentence;
  EXPECT_EQ(stuck.wait(), End::cancelled);
}

// Seen: tasks in a circle were not named, and the run that waited for them did not end, as long as somebody could submit.
TEST_P(Submitting, TasksInACircleAreNamedAndOthersServedOn) {
  serve();
  Lock a, b;
  std::atomic<int> have = 0;
  const bool one_at_a_time = GetParam() == ExecutorKind::serial;
  auto crosswise = [&](Lock& first, Lock& second) {
    return queue->submit(work([&](Task& task) -> Coroutine {
      co_await acquire(task, first);
      ++have;
      while (!one_at_a_time && have < 2) co_await io(task, kMs / 10);
      co_await acquire(task, one_at_a_time ? first : second);
    }));
  };
  const Submission one = crosswise(a, b);
  if (!one_at_a_time) crosswise(b, a);
  auto told = [&] {
    for (const auto& notice : run.texts(TextRole::notice))
      if (notice.starts_with("Until another task releases a lock, task 1 waits for lock ")) return notice;
    return std::string();
  };
  RealClock clock;
  const Nanos limit = clock.now() + 20'000 * kMs;
  while (told().empty() && clock.now() < limit) ASSERT_NE(run.executor->poll(kMs).kind, Progress::Kind::done);
  EXPECT_NE(told().find(one_at_a_time ? ", which it holds itself." : ", which task 2 holds; task 2 waits for lock "), std::string::npos) << told();
  if (GetParam().kind != ExecutorKind::threads && GetParam().kind != ExecutorKind::gil && !one_at_a_time) {  // there both workers are in it
    const Submission other = queue->submit(work([](Task& task) -> Coroutine { co_await io(task, kMs); }));
    while (other.wait(0) == End::lives && clock.now() < limit) run.executor->poll(kMs);
    EXPECT_EQ(other.wait(0), End::finished);
  }
  EXPECT_EQ(one.wait(0), End::lives);
  queue->close();
  EXPECT_EQ(run.finish().end, RunEnd::deadlock);
  EXPECT_EQ(one.wait(), End::cancelled);
}

TEST_P(Submitting, ACircleThatMainWaitsForEndsTheRunThoughSomebodyMaySubmit) {
  if (GetParam() == ExecutorKind::serial) GTEST_SKIP() << "the second begins when the first has ended";
  std::shared_ptr<Work> a, b;
  run.run([&](Task& task) -> Coroutine {
    a = work([&](Task& task) -> Coroutine { co_await join(task, b); });
    b = work([&](Task& task) -> Coroutine { co_await join(task, a); });
    co_await gather(task, all(a, b));
  });
  EXPECT_EQ(run.end.end, RunEnd::deadlock);
  EXPECT_EQ(run.end.sentence, "Deadlock: task 1 waits for task 2; task 2 waits for task 1.");
}

// Seen: the run ended as a deadlock, though any task may release a lock.
TEST_P(Submitting, ALockThatWhatComesReleasesIsNoDeadlock) {
  if (GetParam() == ExecutorKind::serial) GTEST_SKIP() << "what waits has the thread";
  Lock lock;
  run.start([&](Task& task) -> Coroutine {
    co_await gather(task, times(1, [&](Task& task) -> Coroutine {
      co_await acquire(task, lock);
      co_await acquire(task, lock);
    }));
  });
  // Until it has been named: then it is what the run goes on with that is asked.
  RealClock clock;
  const Nanos limit = clock.now() + 20'000 * kMs;
  const std::string named = "Until another task releases a lock, task 1 waits for lock 1, which it holds itself.";
  auto told = [&] { return std::ranges::count(run.texts(TextRole::notice), named); };
  while (told() == 0 && clock.now() < limit) ASSERT_NE(run.executor->poll(kMs).kind, Progress::Kind::done) << run.end.sentence;
  EXPECT_EQ(told(), 1);
  queue->submit(work([&](Task& task) -> Coroutine { co_await release(task, lock); }));
  EXPECT_EQ(run.finish().end, RunEnd::finished) << run.end.sentence;
}

TEST_P(Submitting, AnEventThatNobodySetsYetIsNoDeadlock) {
  Event event;
  run.start([&](Task& task) -> Coroutine {
    co_await gather(task, times(1, [&](Task& task) -> Coroutine { co_await wait(task, event); }));
  });
  // Longer than it takes to look for circles.
  if (GetParam() == ExecutorKind::serial) GTEST_SKIP() << "what waits has the thread";
  RealClock clock;
  const Nanos looked = clock.now() + 300 * kMs;
  while (clock.now() < looked) ASSERT_NE(run.executor->poll(kMs).kind, Progress::Kind::done) << run.end.sentence;
  queue->submit(work([&](Task& task) -> Coroutine { co_await set(task, event); }));
  EXPECT_EQ(run.finish().end, RunEnd::finished) << run.end.sentence;
}

// P2: whoever ends the run, from whichever thread, while others submit.
TEST_P(Submitting, AStormOfSubmissionsEndsWithTheRun) {
  for (const bool cancels : {true, false}) {
    queue = std::make_shared<SubmissionQueue>();
    run.options.submissions = queue;
    run.executor = nullptr;
    Trial trial(GetParam().kind);
    trial.options.workers = run.options.workers;
    trial.options.submissions = queue;
    trial.start([this](Task& task) -> Coroutine { co_await until_closed(task, *queue); });
    std::atomic<int> accepted = 0, finished = 0, cancelled = 0, begun = 0;
    std::vector<std::thread> storm;
    for (int i = 0; i < 3; ++i)
      storm.emplace_back([&] {
        for (;;) {
          const Submission one = queue->submit(work([&](Task& task) -> Coroutine {
            if (++begun % 3 == 0) co_await io(task, kMs);
          }));
          if (one.wait(0) == End::refused) return;
          ++accepted;
          const End end = one.wait();
          ++(end == End::finished ? finished : cancelled);
          if (end == End::refused) ADD_FAILURE() << "it was accepted";
        }
      });
    while (begun < 100) trial.executor->poll(kMs);
    const Nanos begin = trial.options.clock->now();
    if (cancels) {
      std::thread([&] { trial.executor->cancel(); }).join();
      EXPECT_EQ(trial.finish().end, RunEnd::cancelled);
    }
    trial.executor.reset();
    EXPECT_LT(trial.options.clock->now() - begin, 2'000 * kMs);
    for (auto& each : storm) each.join();
    EXPECT_EQ(accepted, finished + cancelled);
    if (cancels) expect_well_formed(trial);
  }
}

// Each of them comes about when the polling thread has looked on for long enough and falls asleep, or who waits does.
TEST_P(Submitting, NoneIsMissedByWhoFallsAsleepJustThen) {
  serve();
  std::thread outside([&] {
    RealClock clock;
    for (int i = 0; i < 2'000; ++i) {
      for (const Nanos until = clock.now() + (i % 61) * 1'000; clock.now() < until;) {}
      const Submission one = queue->submit(work([i](Task&) -> Coroutine {
        RealClock clock;
        if (i % 7 == 0)
          for (const Nanos until = clock.now() + 20'000; clock.now() < until;) {}
        co_return;
      }));
      if (one.wait(20'000 * kMs) == End::finished) continue;
      ADD_FAILURE() << "the " << i << "th";
      break;
    }
    queue->close();
  });
  do run.end = run.executor->poll(kForever);  // nothing but a notify ends a sleep
  while (run.end.kind != Progress::Kind::done);
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  outside.join();
}

TEST_P(Submitting, SeveralMayWaitForOneEach) {
  serve();
  const Submission one = queue->submit(work([](Task& task) -> Coroutine { co_await io(task, 5 * kMs); }));
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&, i] {
      if (i == 0) { EXPECT_NE(one.wait(1), End::refused); }  // its limit passes; then it waits again
      EXPECT_EQ(one.wait(), End::finished);
    });
  std::thread closer([&] {
    for (auto& each : threads) each.join();
    queue->close();
  });
  EXPECT_EQ(run.finish().end, RunEnd::finished) << run.end.sentence;
  closer.join();
}

/// Each look at it takes 100 ns, and nothing else takes any. Counts what was looked at before it was slept at.
struct LookedAt final : FakeClock {
  Nanos ticks = 0;
  std::vector<Nanos> slept;  // when
  Nanos now() override { return FakeClock::now() + (ticks += 100); }
  bool jumps() const override { return false; }
  void wait_until(Nanos deadline) override {
    slept.push_back(ticks);
    FakeClock::wait_until(deadline - ticks);
  }
};

// Goal 11: an idle run takes no processor time a millisecond after the last that it did.
TEST(Submissions, WhoHasNothingToDoSleepsBeforeAMillisecondHasPassed) {
  for (const ExecutorKind kind : {ExecutorKind::serial, ExecutorKind::loop})
    for (const int cores : {1, 2}) {
      LookedAt clock;
      Trial run(kind);
      const auto queue = std::make_shared<SubmissionQueue>();
      run.options.clock = &clock;
      run.options.machine_cores = cores;
      run.options.submissions = queue;
      run.start([&](Task& task) -> Coroutine { co_await until_closed(task, *queue); });
      for (int i = 0; i < 3; ++i) {
        clock.slept.clear();
        queue->submit(work([](Task&) -> Coroutine { co_return; }));
        const Nanos begin = clock.ticks;
        EXPECT_EQ(run.executor->poll(50 * kMs).kind, Progress::Kind::waiting);
        ASSERT_FALSE(clock.slept.empty());
        EXPECT_LT(clock.slept.front() - begin, cores > 1 ? 100'000 : 10'000);
        EXPECT_LT(clock.ticks - begin, 500'000) << "the whole poll of 50 ms";
      }
      queue->close();
      EXPECT_EQ(run.finish().end, RunEnd::finished) << run.end.sentence;
    }
}

// What is submitted has to wait for it, and whoever has the thread sleeps.
TEST(Submissions, ThatCannotBeginYetKeepNobodyAwake) {
  LookedAt clock;
  Trial run(ExecutorKind::serial);
  const auto queue = std::make_shared<SubmissionQueue>();
  run.options.clock = &clock;
  run.options.submissions = queue;
  run.start([&](Task& task) -> Coroutine { co_await until_closed(task, *queue); });
  queue->submit(work([](Task& task) -> Coroutine { co_await io(task, 200 * kMs); }));
  EXPECT_EQ(run.executor->poll(kMs).kind, Progress::Kind::waiting);
  const Submission next = queue->submit(work([](Task&) -> Coroutine { co_return; }));
  const Nanos begin = clock.ticks;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(run.executor->poll(50 * kMs).kind, Progress::Kind::waiting);
  EXPECT_LT(clock.ticks - begin, 500'000) << "150 ms of polls";
  queue->close();
  EXPECT_EQ(run.finish().end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(next.wait(), End::finished);
}

TEST(Submissions, ThoseOfAnExecutorThatGoesMidAirAreCancelled) {
  Trial run(ExecutorKind::loop);
  const auto queue = std::make_shared<SubmissionQueue>();
  const Submission never = queue->submit(work([](Task&) -> Coroutine { co_return; }));
  run.options.submissions = queue;
  ASSERT_TRUE(run.make());
  run.start([](Task& task) -> Coroutine { co_await io(task, kHour); });
  run.executor = nullptr;  // mid-air
  EXPECT_EQ(never.wait(), End::cancelled);
}

}  // namespace
}  // namespace interleave::testing
