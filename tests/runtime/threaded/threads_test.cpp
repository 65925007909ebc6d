// What `threads` and `gil` promise beyond the contract.
#include <atomic>
#include <thread>

#include "../support.h"
#include "runtime/submission.h"
#include "runtime/threaded/run_token.h"

namespace interleave::testing {
namespace {

TEST(RunToken, HandsPermitsOverInOrderOfArrival) {
  FakeClock clock;
  RunToken token(clock, 2, RunToken::kNever);
  Parker parker;
  RunToken::Waiter a(parker), b(parker);
  EXPECT_EQ(token.take(a), 0);
  EXPECT_EQ(token.take(b), 1);
  RunToken::Waiter c(parker), d(parker);
  EXPECT_EQ(token.take(c), -1);
  EXPECT_EQ(token.take(d), -1);
  token.give(1);
  EXPECT_EQ(c.granted(), 1);
  EXPECT_EQ(d.granted(), -1);
  token.give(0);
  EXPECT_EQ(d.granted(), 0);
  token.give(0);
  token.give(1);
  EXPECT_EQ(token.take(a), 0) << "the lowest free one";
}

TEST(RunToken, IsWantedAnIntervalAfterTheLaterOfArrivalAndLastSwitch) {
  FakeClock clock;
  RunToken token(clock, 1, 5 * kMs);
  Parker parker;
  RunToken::Waiter a(parker), b(parker), c(parker);
  EXPECT_EQ(token.take(a), 0);
  clock.computed(3 * kMs);
  EXPECT_FALSE(token.wanted(clock.now() + 100 * kMs)) << "nobody waits";
  EXPECT_FALSE(token.drop(0, a));
  EXPECT_EQ(token.take(b), -1);
  EXPECT_FALSE(token.wanted(clock.now() + 5 * kMs - 1));
  EXPECT_TRUE(token.wanted(clock.now() + 5 * kMs));
  clock.computed(kMs);
  EXPECT_EQ(token.take(c), -1);
  EXPECT_TRUE(token.wanted(clock.now() + 4 * kMs)) << "the first in line counts";
  clock.computed(5 * kMs);
  EXPECT_TRUE(token.drop(0, a));
  EXPECT_EQ(b.granted(), 0);
  EXPECT_FALSE(token.wanted(clock.now() + 5 * kMs - 1)) << "c came earlier, but the switch was now";
  EXPECT_TRUE(token.wanted(clock.now() + 5 * kMs));
  token.give(0);
  EXPECT_EQ(c.granted(), 0);
  token.give(0);
  EXPECT_EQ(a.granted(), 0) << "who dropped went to the end of the line";
}

TEST(RunToken, NeverHasTwoHolders) {
  RealClock clock;
  RunToken token(clock, 2, RunToken::kNever);
  std::array<std::atomic<int>, 2> holders{};
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      Parker parker;
      RunToken::Waiter waiter(parker);
      for (int n = 0; n < 2'000; ++n) {
        int permit = token.take(waiter);
        while (permit < 0) {
          parker.park(kForever);
          permit = waiter.granted();
        }
        EXPECT_EQ(++holders[static_cast<std::size_t>(permit)], 1);
        ++taken;
        --holders[static_cast<std::size_t>(permit)];
        token.give(permit);
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(taken, 8'000);
}

TEST(Threads, AThousandAskedForTheLimitStartsAndItSaysSo) {
  // Under Node a thread is a Worker that compiles the whole test program: 256 of them take 17 s.
  const int limit = sizeof(void*) == 4 ? 24 : 256;
  Trial run(ExecutorKind::threads);
  run.options.workers = 1'000;
  run.options.max_workers = limit;
  std::atomic<int> ran = 0;
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, times(1'000, [&](Task& task) -> Coroutine {
      ++ran;
      co_await io(task, kMs);
    }));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(ran, 1'000);
  EXPECT_EQ(run.texts(TextRole::notice),
            std::vector<std::string>{
                "1,000 threads are more than can be started here (limit " + std::to_string(limit) + "). The rest wait for a free one."});
  EXPECT_EQ(run.fact(Fact::workers), limit);
  EXPECT_EQ(run.fact(Fact::workers_asked), 1'000);
  expect_well_formed(run);
}

TEST(Threads, RunWithFewerWhereTheSystemRefuses) {
  Trial run(ExecutorKind::threads);
  run.options.workers = 8;
  run.options.may_start_thread = [](int worker) { return worker < 3; };
  run.run([](Task& task) -> Coroutine {
    co_await gather(task, times(20, [](Task& task) -> Coroutine { co_await io(task, kMs); }));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(run.fact(Fact::workers), 3);
  EXPECT_EQ(run.texts(TextRole::notice),
            std::vector<std::string>{"3 of 8 threads started; the system refused more. The rest of the tasks wait for a free one."});
}

TEST(Threads, EndInASentenceWhereNoneStarts) {
  Trial run(ExecutorKind::gil);
  run.options.workers = 8;
  run.options.may_start_thread = [](int) { return false; };
  run.run([](Task&) -> Coroutine { co_return; });
  EXPECT_EQ(run.end.end, RunEnd::failed);
  EXPECT_EQ(run.end.sentence, "No thread could be started; this run needs at least one.");
}

TEST(Threads, StartBeforeTimeZero) {
  Trial run(ExecutorKind::threads);
  run.options.workers = 3;
  run.run([](Task& task) -> Coroutine {
    co_await gather(task, times(3, [](Task& task) -> Coroutine { co_await io(task, kMs); }));
  });
  int starting = 0;
  for (const auto& lane : run.lanes())
    for (const auto& event : lane) {
      if (event.kind == EventKind::lane_starting) {
        ++starting;
        EXPECT_LT(event.at, 0);
      }
      if (event.kind == EventKind::run_started) {
        EXPECT_EQ(event.at, 0);
      }
    }
  EXPECT_EQ(starting, 3);
  EXPECT_GT(run.fact(Fact::spawn_ns), 0);
}

TEST(Threads, EmulateFewerCoresThanTheMachineHasAndSaySo) {
  Trial run(ExecutorKind::threads);
  run.options.machine_cores = 4;
  run.options.cores = 2;
  run.options.workers = 4;
  eight_that_compute_have_so_many_cores(run, 2);
  EXPECT_EQ(run.fact(Fact::emulated_cores), 1);
}

TEST(Threads, SayWhenEveryWorkerWaitsForTasksThatNobodyIsFreeToRun) {
  Trial run(ExecutorKind::threads);
  run.options.workers = 1;
  std::function<Coroutine(Task&, int)> deeper = [&](Task& task, int depth) -> Coroutine {
    if (depth > 0) co_await gather(task, times(1, [&deeper, depth](Task& task) { return deeper(task, depth - 1); }));
  };
  run.run([&](Task& task) { return deeper(task, 100); });
  EXPECT_EQ(run.end.end, RunEnd::deadlock);
  EXPECT_EQ(run.end.sentence, "Every worker waits for tasks that no worker is free to run; more workers would let them start (--workers 2).");
  expect_well_formed(run);
}

TEST(Threads, AdviseNoMoreWorkersThanThereCanBe) {
  Trial run(ExecutorKind::threads);
  run.options.workers = run.options.max_workers = 1;
  std::function<Coroutine(Task&, int)> deeper = [&](Task& task, int depth) -> Coroutine {
    if (depth > 0) co_await gather(task, times(1, [&deeper, depth](Task& task) { return deeper(task, depth - 1); }));
  };
  run.run([&](Task& task) { return deeper(task, 100); });
  EXPECT_EQ(run.end.end, RunEnd::deadlock);
  EXPECT_EQ(run.end.sentence, "Every worker waits for tasks that no worker is free to run.");
}

TEST(Threads, CancelFromAnyThreadAtAnyMoment) {
  for (const auto kind : {ExecutorKind::threads, ExecutorKind::gil, ExecutorKind::loop, ExecutorKind::serial})
    for (int us : {0, 20, 100, 300, 1'000, 3'000}) {
      Trial run(kind);
      run.options.workers = 4;
      run.start([](Task& task) -> Coroutine {
        for (;;)
          co_await gather(task, times(10, [](Task& task) -> Coroutine {
            co_await compute(task, kMs / 10);
            co_await io(task, kMs / 5);
            co_await gather(task, times(2, [](Task& task) -> Coroutine { co_await compute(task, kMs / 20); }));
          }));
      });
      std::thread other([&] {
        const Nanos until = run.options.clock->now() + us * 1'000;
        while (run.options.clock->now() < until) {}
        run.executor->cancel();
      });
      EXPECT_EQ(run.finish().end, RunEnd::cancelled) << run.end.sentence;
      other.join();
      expect_well_formed(run);
    }
}

// Seen: main's turn came when it had been ended; nobody gave its core back, and no worker could end its task.
TEST(Threads, ACancelWhileMainStandsInLineForACoreEndsTheRun) {
  for (const ExecutorKind kind : {ExecutorKind::threads, ExecutorKind::gil})
    for (int round = 0; round < 60; ++round) {
      Trial run(kind);
      run.options.cores = 1;
      run.options.workers = 2;
      run.options.submissions = std::make_shared<SubmissionQueue>();
      if (!run.make()) GTEST_SKIP() << run.refused;
      for (int i = 0; i < 3; ++i)
        run.options.submissions->submit(work([](Task& task) -> Coroutine {
          for (;;) co_await compute(task, 300 * kMs);
        }));
      run.start([&](Task& task) -> Coroutine { co_await until_closed(task, *run.options.submissions); });
      auto one_runs = [&] { return count(run, [](const Recorded& event) { return event.kind == EventKind::run && event.task != kRootTask; }) > 0; };
      const Nanos limit = run.options.clock->now() + 20'000 * kMs;
      while (!one_runs() && run.options.clock->now() < limit) run.executor->poll(kMs);
      run.executor->cancel();
      run.finish();
      ASSERT_EQ(run.end.kind, Progress::Kind::done) << id_of(kind) << ", round " << round;
      EXPECT_EQ(run.end.end, RunEnd::cancelled);
    }
}

TEST(Threads, ABodyThatNeverComesBackIsAbandoned) {
  // Static: the abandoned thread outlives this function.
  static std::atomic<bool> let_go = false, runs = false;
  static std::atomic<int> came_back = 0;
  {
    Trial run(ExecutorKind::gil);
    run.options.workers = 3;
    run.start([](Task& task) -> Coroutine {
      co_await gather(task, times(3, [](Task& task) -> Coroutine {
        runs = true;
        while (!let_go) std::this_thread::yield();
        co_await step(task);
        ++came_back;
      }));
    });
    while (!runs) run.executor->poll(kMs);
    const Nanos begin = run.options.clock->now();
    run.executor.reset();
    EXPECT_LT(run.options.clock->now() - begin, 2'000 * kMs);
    let_go = true;
    // It must not touch the recorder and the clock that go away here.
  }
  EXPECT_EQ(came_back, 0);
}

TEST(Gil, MakesAHolderThatComputesDrop) {
  Trial run(ExecutorKind::gil);
  run.options.workers = 2;
  run.options.compute_rate = 0;  // measured
  run.run([](Task& task) -> Coroutine {
    co_await gather(task, times(2, [](Task& task) -> Coroutine { co_await compute(task, 50 * kMs); }));
  });
  EXPECT_EQ(most_at_once(run), 1);
  // When exactly is RunToken's, tested above under a clock of its own: a busy machine wakes a holder late.
  const int forced = count(run, [](const Recorded& event) { return event.kind == EventKind::gil_dropped && event.argument == 1; });
  EXPECT_GE(forced, 3);
  EXPECT_EQ(run.fact(Fact::gil_interval_ns), 5 * kMs);
  expect_well_formed(run);
}

TEST(Gil, MainTakesThePermitToo) {
  Trial run(ExecutorKind::gil);
  run.options.workers = 2;
  run.options.compute_rate = 0;
  run.run([](Task& task) -> Coroutine {
    auto child = work([](Task& task) -> Coroutine { co_await compute(task, 30 * kMs); });
    co_await spawn(task, child);
    co_await compute(task, 30 * kMs);
    co_await join(task, child);
  });
  const int drops_of_main =
      count(run, [](const Recorded& event) { return event.kind == EventKind::gil_dropped && event.task == kRootTask; });
  EXPECT_GE(drops_of_main, 1);
  expect_well_formed(run);
}

/// Blocks as a server would.
struct SlowRequests final : Requests {
  std::atomic<int> now = 0, most = 0;
  int most_at_once() const override { return 2; }
  void start(std::uint64_t, Nanos, std::int64_t) override {}
  void finished(std::vector<Answer>&) override {}
  Answer perform(Nanos latency, std::int64_t size, Standstill& still) override {
    most = std::max<int>(most, ++now);
    RealClock clock;
    const WokenBy woken(still, [&] { clock.notify(); });
    for (const Nanos until = clock.now() + latency; clock.now() < until && still.may_sleep_until() != Standstill::kEnds;) clock.wait_until(until);
    --now;
    return {0, size, ""};
  }
  void give_up(std::uint64_t) override {}
  void abandon_all() override {}
};

TEST(Threads, KeepRequestsBeyondTheLimitWaitingForAConnection) {
  Trial run(ExecutorKind::threads);
  run.options.workers = 5;
  SlowRequests requests;
  run.options.requests = &requests;
  std::atomic<std::int64_t> bytes = 0;
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, times(6, [&](Task& task) -> Coroutine {
      const Operation answer = co_await request(task, 5 * kMs, 100);
      bytes += answer.number;
    }));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(bytes, 600);
  EXPECT_EQ(requests.most, 2);
  expect_well_formed(run);
}

TEST(Threads, ACancelWakesTheThreadThatWaitsForItsRequest) {
  for (const ExecutorKind kind : {ExecutorKind::threads, ExecutorKind::gil}) {
    Trial run(kind);
    run.options.workers = 2;
    SlowRequests requests;
    run.options.requests = &requests;
    run.run([&](Task& task) -> Coroutine {
      for (int i = 0; i < 20; ++i) {
        const auto asks = work([](Task& task) -> Coroutine { co_await request(task, kHour); });
        co_await spawn(task, asks);
        while (requests.now < 1) co_await io(task, kMs);
        co_await cancel(task, asks);
        co_await gather_all(task, all(asks));
      }
    });
    EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
    EXPECT_EQ(run.outcomes()[Outcome::cancelled], 20);
  }
}

TEST(Threads, CancelGivesUpRequestsAndThoseInLine) {
  Trial run(ExecutorKind::threads);
  run.options.workers = 5;
  SlowRequests requests;
  run.options.requests = &requests;
  run.start([](Task& task) -> Coroutine {
    co_await gather(task, times(6, [](Task& task) -> Coroutine { co_await request(task, 3'600'000 * kMs); }));
  });
  while (requests.now < 2) run.executor->poll(kMs);
  run.executor->cancel();
  EXPECT_EQ(run.finish().end, RunEnd::cancelled);
  expect_well_formed(run);
}

}  // namespace
}  // namespace interleave::testing
