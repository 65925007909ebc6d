// What `stealing` promises beyond the contract, and the deque under real threads.
#include <atomic>
#include <set>
#include <thread>

#include "../support.h"
#include "runtime/fork_coroutine.h"
#include "runtime/work_deque.h"

namespace interleave::testing {
namespace {

TEST(WorkDeque, EveryItemIsTakenOnceWhoeverTakesIt) {
  constexpr int kItems = 200'000;
  std::vector<std::atomic<int>> taken(kItems);
  std::vector<int> items(kItems);
  WorkDeque<int*> deque(1'024);
  std::atomic<bool> over = false;
  auto take = [&](int* item) { ++taken[static_cast<std::size_t>(item - items.data())]; };
  std::vector<std::thread> thieves;
  std::atomic<int> stolen = 0;
  for (int i = 0; i < 2; ++i)
    thieves.emplace_back([&] {
      while (!over) {
        int* item = nullptr;
        switch (deque.steal(item)) {
          case StealResult::taken: take(item); ++stolen; break;
          case StealResult::lost: break;
          case StealResult::empty: deque.ask(); break;
        }
      }
    });
  for (int next = 0; next < kItems;) {
    for (int i = 0; i < 7 && next < kItems; ++i)
      if (deque.push(&items[static_cast<std::size_t>(next)])) ++next;
    if (deque.asked()) deque.share();
    for (int i = 0; i < 5; ++i)
      if (int* item = deque.pop()) take(item);
  }
  while (int* item = deque.pop()) take(item);
  over = true;
  for (auto& thief : thieves) thief.join();
  for (const auto& count : taken) ASSERT_EQ(count, 1);
}

struct StealingTrial : Trial {
  explicit StealingTrial(int workers = 2) : Trial(ExecutorKind::stealing) {
    options.workers = options.machine_cores = workers;
  }
};

int steals(const Trial& run) {
  return count(run, [](const Recorded& event) { return event.kind == EventKind::steal; });
}

// Seen: up to 4 ms on a machine whose two cores belonged to who computed and to who had asked.
TEST(Stealing, AStopIsHeardThoughMainHasNoTurn) {
  for (const LongWork how : {LongWork::computes, LongWork::calls_functions}) {
    StealingTrial run(2);
    a_stop_is_heard_without_main(run, how);
  }
}

TEST(Stealing, TasksThatSleepHoldNoWorker) {
  StealingTrial run(2);
  std::atomic<int> asleep = 0, most = 0;
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, times(500, [&](Task& task) -> Coroutine {
      const int now = ++asleep;
      for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {}
      co_await io(task, 300 * kMs);
      --asleep;
    }));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(most, 500);
  expect_well_formed(run);
}

// Seen: 13 queens on two workers took as long as on one for 4 to 8 ms, since both were on one core.
TEST(Stealing, WhoIsWokenLeavesTheCoreOfWhoWokeIt) {
  if (!INTERLEAVE_HAS_THREADS) GTEST_SKIP();
  static std::atomic<int> left, elsewhere;
  left = elsewhere = 0;
  StealingTrial run(2);
  run.options.core_here = [] { return 7; };
  run.options.leave_core = [](int core) { ++(core == 7 ? left : elsewhere); };
  run.run([](Task& task) -> Coroutine {
    for (int i = 0; i < 3; ++i) {
      co_await io(task, 2 * kMs);  // both sleep
      co_await gather(task, times(2, [](Task& task) -> Coroutine { co_await compute(task, kMs); }));
    }
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_GT(left, 0);
  EXPECT_EQ(elsewhere, 0);
}

TEST(Stealing, AnIdleWorkerTakesFromABusyOne) {
  StealingTrial run(2);
  run.run([](Task& task) -> Coroutine {
    co_await gather(task, all(work([](Task& task) -> Coroutine {
      co_await gather(task, times(20, [](Task& task) -> Coroutine { co_await compute(task, 2 * kMs); }));
    })));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_GE(steals(run), 1);
  // A thief says where it found the task: the event that put it there.
  const auto lanes = run.lanes();
  for (const auto& lane : lanes)
    for (const auto& event : lane)
      if (event.kind == EventKind::steal) {
        const Cause cause = Cause::from_word(event.payload);
        EXPECT_GT(cause.lane_plus_1, 0u);
        EXPECT_NE(cause.lane_plus_1 - 1, event.lane);
      }
  expect_well_formed(run);
}

TEST(Stealing, AFunctionSharesItsForks) {
  StealingTrial run(2);
  std::mutex mutex;
  std::set<std::thread::id> ran_on;
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, all(work([&](Task& task) -> Coroutine {
      // Goes on until somebody else has come, however long that takes on a busy machine.
      for (int round = 0; round < 100'000; ++round) {
        each(forks_of(task), 0, 2'000, [&](Forks&, std::int64_t i) {
          for (volatile int n = 0; n < 1'000;) n = n + 1;  // seen: a trace of all rounds that was too large for wasm's memory
          if (i % 100 != 0) return;
          std::scoped_lock lock(mutex);
          ran_on.insert(std::this_thread::get_id());
        });
        std::scoped_lock lock(mutex);
        if (ran_on.size() > 1) break;
      }
      co_return;
    })));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(ran_on.size(), 2u);
  EXPECT_GE(steals(run), 1);
  expect_well_formed(run);
}

TEST(Stealing, WhatABlockedWorkerHasAtHandIsRunByOthers) {
  StealingTrial run(2);
  std::atomic<int> ran = 0;
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, all(work([&](Task& task) -> Coroutine {
      for (int i = 0; i < 20; ++i)
        co_await spawn(task, work([&](Task& task) -> Coroutine {
                         co_await compute(task, kMs / 10);
                         ++ran;
                       }));
      while (ran < 20) co_await block(task, kMs);  // for ever, if they stayed here
    })));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(ran, 20);
  expect_well_formed(run);
}

TEST(Stealing, MoreTasksThanADequeHolds) {
  StealingTrial run(2);
  std::atomic<int> ran = 0;
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, all(work([&](Task& task) -> Coroutine {
      co_await gather(task, times(20'000, [&](Task&) -> Coroutine {
        ++ran;
        co_return;
      }));
    })));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(ran, 20'000);
}

TEST(Stealing, TasksThatWaitForEachOtherAreADeadlock) {
  StealingTrial run(2);
  two_that_wait_for_each_other_are_a_deadlock(run);
}

TEST(Stealing, HasNoMoreWorkersThanCores) {
  StealingTrial run(2);
  run.options.workers = 100;
  eight_that_compute_have_so_many_cores(run, 2);
  EXPECT_EQ(run.fact(Fact::workers), 2);
}

TEST(Stealing, MainHasACoreOfTheSameOnes) {
  StealingTrial run(1);
  run.run([](Task& task) -> Coroutine {
    co_await spawn(task, work([](Task& task) -> Coroutine { co_await compute(task, 5 * kMs); }));
    co_await compute(task, 5 * kMs);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  expect_well_formed(run);
}

/// Answers from the polling thread, once so many are about to ask.
class Echo final : public Requests {
 public:
  explicit Echo(int askers) : askers_(askers) {}
  void will_ask() { --askers_; }
  int most_at_once() const override { return 3; }
  void start(std::uint64_t id, Nanos, std::int64_t size) override { answers_.push_back({id, size, {}}); }
  void finished(std::vector<Answer>& answers) override {
    if (askers_ > 0) return;
    most_ = std::max(most_, answers_.size());
    answers.insert(answers.end(), answers_.begin(), answers_.end());
    answers_.clear();
  }
  Answer perform(Nanos, std::int64_t, Standstill&) override { return {0, 0, "not here"}; }
  void give_up(std::uint64_t id) override { std::erase_if(answers_, [id](const Answer& each) { return each.id == id; }); }
  void abandon_all() override { answers_.clear(); }
  std::size_t most() const { return most_; }

 private:
  std::atomic<int> askers_;
  std::vector<Answer> answers_;
  std::size_t most_ = 0;
};

TEST(Stealing, RequestsAreTheCoordinatorsAndHoldNoWorker) {
  StealingTrial run(2);
  Echo echo(50);
  run.options.requests = &echo;
  std::atomic<std::int64_t> bytes = 0;
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, times(50, [&](Task& task) -> Coroutine {
      echo.will_ask();
      const Operation answer = co_await request(task, kMs, 7);
      bytes += answer.number;
    }));
    bytes += (co_await request(task, kMs, 1'000)).number;
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(bytes, 50 * 7 + 1'000);
  EXPECT_LE(echo.most(), 3u);
  expect_well_formed(run);
  // Who had to wait for a connection says so, and the coordinator says when it had one.
  std::map<TaskId, std::pair<int, int>> waits;
  for (const auto& lane : run.lanes())
    for (const auto& event : lane)
      if (event.kind == EventKind::wait && event.task != kRootTask) {
        waits[event.task].first += event.reason() == WaitReason::connection;
        waits[event.task].second += event.lane_kind == LaneKind::coordinator && event.reason() == WaitReason::request;
      }
  int had_to_wait = 0;
  for (const auto& [task, reasons] : waits) {
    had_to_wait += reasons.first;
    EXPECT_EQ(reasons.second, 1) << "task " << task;
  }
  EXPECT_GE(had_to_wait, 1);
}

/// Nothing; while it is forked thieves may ask.
ForkCoroutine<> nothing() { co_return; }
ForkCoroutine<> wait_until(const std::atomic<bool>& so) {
  while (!so) {
    co_await both(nothing(), nothing());
    for (volatile int i = 0; i < 10'000;) i = i + 1;  // or, on a busy machine, the trace would not fit into wasm's memory
  }
}

// f is stolen, since g waits for that. Then f forks x, and waits until that was stolen, too: by the first worker, which has
// nothing under way any more. x and the wait end after g; so whoever ends the last of them goes on with f, and then with the first.
TEST(Stealing, ACoroutineGoesOnWhereTheLastOfItsTwoEnds) {
  StealingTrial run(2);
  std::atomic<bool> f_began = false, x_began = false, g_over = false;
  std::thread::id began_on, f_on, x_on, then_f_on, then_on;
  auto x = [&]() -> ForkCoroutine<> {
    x_on = std::this_thread::get_id();
    x_began = true;
    while (!g_over) std::this_thread::yield();
    co_return;
  };
  auto f = [&]() -> ForkCoroutine<int> {
    f_on = std::this_thread::get_id();
    f_began = true;
    while (!g_over) std::this_thread::yield();
    co_await both(x(), wait_until(x_began));
    then_f_on = std::this_thread::get_id();
    co_return 1;
  };
  auto g = [&]() -> ForkCoroutine<int> {
    co_await wait_until(f_began);
    g_over = true;
    co_return 2;
  };
  auto first = [&]() -> ForkCoroutine<int> {
    began_on = std::this_thread::get_id();
    const auto [a, b] = co_await both(f(), g());
    then_on = std::this_thread::get_id();
    co_return 10 * a + b;
  };
  int result = 0;
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, all(work([&](Task& task) -> Coroutine {
      result = sync_wait(forks_of(task), first());
      EXPECT_EQ(std::this_thread::get_id(), began_on) << "whoever blocks comes back where it was";
      co_return;
    })));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(result, 12);
  EXPECT_NE(f_on, began_on);
  EXPECT_NE(x_on, f_on);
  EXPECT_EQ(then_on, then_f_on) << "nobody else was left to end";
  EXPECT_GE(steals(run), 2);
  expect_well_formed(run);
}

TEST(Stealing, AFailureOfAStolenCoroutineReachesWhoeverAwaitsIt) {
  StealingTrial run(2);
  std::atomic<bool> began = false;
  std::string seen;
  auto f = [&]() -> ForkCoroutine<std::string> {
    began = true;
    throw std::runtime_error("stolen");
    co_return "";
  };
  auto first = [&]() -> ForkCoroutine<std::string> {
    auto [a, b] = co_await both(f(), wait_until(began));
    co_return a;
  };
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, all(work([&](Task& task) -> Coroutine {
      try {
        sync_wait(forks_of(task), first());
      } catch (const std::runtime_error& e) {
        seen = e.what();
      }
      co_return;
    })));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(seen, "stolen");
  EXPECT_GE(steals(run), 1);
  expect_well_formed(run);
}

// Seen: main, who wanted to go on after a millisecond, went on when a tree of 300 ms was over, on all workers at once.
TEST(Forks, MainHasItsTurnWhileAllWorkersRunFunctionsThatFork) {
  StealingTrial run(2);
  std::atomic<int> begun = 0, heard = 0;
  std::atomic<bool> main_went_on = false;
  run.run([&](Task& task) -> Coroutine {
    const auto works = times(2, [&](Task& task) -> Coroutine {
      ++begun;
      for (int i = 0; i < 50'000'000 && !main_went_on; ++i) both(forks_of(task), [](Forks&) { return 1; }, [](Forks&) { return 2; });
      heard += main_went_on;
      co_return;
    });
    for (const auto& each : works) co_await spawn(task, each);
    while (begun < 2) co_await io(task, kMs / 10);
    main_went_on = true;
    for (const auto& each : works) co_await join(task, each);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(heard, 2);
  expect_well_formed(run);
}

/// A tree that has no end.
ForkCoroutine<> for_ever(std::atomic<bool>& forked, int depth) {
  while (depth == 0) co_await both(for_ever(forked, 10), for_ever(forked, 10));
  if (depth > 1) co_await both(for_ever(forked, depth - 1), for_ever(forked, depth - 1));
  for (volatile int i = 0; i < 10'000;) i = i + 1;
  forked = true;
}

TEST(Forks, CancelFromAnyThreadEndsCoroutinesThatForkForEver) {
  for (const auto kind : {ExecutorKind::serial, ExecutorKind::threads, ExecutorKind::gil, ExecutorKind::loop, ExecutorKind::stealing}) {
    SCOPED_TRACE(id_of(kind));
    Trial run(kind);
    run.options.workers = 2;
    std::atomic<bool> forked = false;
    std::atomic<int> cancelled = 0;
    run.start([&](Task& task) -> Coroutine {
      co_await gather(task, times(3, [&](Task& task) -> Coroutine {
        try {
          sync_wait(forks_of(task), for_ever(forked, 0));
        } catch (const Cancelled&) {
          ++cancelled;
          throw;
        }
        co_return;
      }));
    });
    std::thread canceller([&] {
      while (!forked) std::this_thread::yield();
      run.executor->cancel();
    });
    EXPECT_EQ(run.finish().end, RunEnd::cancelled);
    canceller.join();
    EXPECT_GE(cancelled, 1);
    expect_well_formed(run);
  }
}

TEST(Forks, CancelFromAnyThreadEndsFunctionsThatForkForEver) {
  for (const auto kind : {ExecutorKind::serial, ExecutorKind::threads, ExecutorKind::gil, ExecutorKind::loop, ExecutorKind::stealing}) {
    SCOPED_TRACE(id_of(kind));
    Trial run(kind);
    run.options.workers = 2;
    std::atomic<bool> forked = false;
    run.start([&](Task& task) -> Coroutine {
      co_await gather(task, times(3, [&](Task& task) -> Coroutine {
        // Each leaf works a little, or the trace of a few tenths of a second would not fit into wasm's memory.
        for (;;)
          each(forks_of(task), 0, 1'000, [&](Forks&, std::int64_t) {
            for (volatile int i = 0; i < 10'000;) i = i + 1;
            forked = true;
          });
        co_return;
      }));
    });
    std::thread canceller([&] {
      while (!forked) std::this_thread::yield();
      run.executor->cancel();
    });
    EXPECT_EQ(run.finish().end, RunEnd::cancelled);
    canceller.join();
    expect_well_formed(run);
  }
}

/// Cancels the task that runs `body` when its fork was taken; where that goes on, again afterwards.
template <class Body>
void run_cancelled(StealingTrial& run, const std::atomic<bool>& taken, const std::atomic<bool>* went_on, Body body) {
  run.options.machine_cores = 3;  // one for main
  run.run([&](Task& task) -> Coroutine {
    auto forks = work(body);
    co_await spawn(task, forks);
    while (!taken) co_await io(task, kMs / 10);
    co_await cancel(task, forks);
    if (went_on) {
      while (!*went_on) co_await io(task, kMs / 10);
      co_await cancel(task, forks);
    }
    co_await gather_all(task, all(forks));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  expect_well_formed(run);
}

/// So often functions look at the clock that go on after a cancel.
constexpr int kRounds = 100;
void spin() {
  for (volatile int i = 0; i < 1'000;) i = i + 1;
}

// Seen: a Cancelled that a stolen fork had caught came again at each look.
TEST(Stealing, ACancelIsThrownOnceInAStolenFork) {
  StealingTrial run(2);
  std::atomic<bool> taken = false, g_over = false, waits = false;
  int of_f = 0, of_task = 0;
  auto until_heard = [](Forks& forks, int& heard) {
    for (int more = kRounds; more > 0; more -= heard > 0) try {
        each(forks, 0, 64, [](Forks&, std::int64_t) { spin(); });
      } catch (const Cancelled&) {
        ++heard;
      }
  };
  run_cancelled(run, waits, nullptr, [&](Task& task) -> Coroutine {
    both(forks_of(task),
         [&](Forks& forks) {
           taken = true;
           while (!g_over) std::this_thread::yield();
           waits = true;
           until_heard(forks, of_f);
         },
         [&](Forks& forks) {
           while (!taken) both(forks, [](Forks&) { spin(); }, [](Forks&) {});
           g_over = true;
         });
    until_heard(forks_of(task), of_task);
    co_return;
  });
  EXPECT_EQ(of_f, 1);
  EXPECT_EQ(of_task, 1);
}

ForkCoroutine<> tree(int depth) {
  if (depth > 0) co_await both(tree(depth - 1), tree(depth - 1));
  else spin();
}
ForkCoroutine<> until_heard(int& heard) {
  const int before = heard;
  for (int more = kRounds; more > 0; more -= heard > before) try {
      co_await tree(6);
    } catch (const Cancelled&) {
      ++heard;
    }
}

TEST(Stealing, ACancelIsThrownOnceInAStolenCoroutine) {
  StealingTrial run(2);
  std::atomic<bool> taken = false, both_hear = false, g_over = false, went_on = false;
  int of_f = 0, of_g = 0;
  auto f = [&]() -> ForkCoroutine<> {
    taken = true;
    while (!both_hear) std::this_thread::yield();
    co_await until_heard(of_f);
    EXPECT_EQ(of_f, 1);
    while (!g_over) std::this_thread::yield();
    went_on = true;
    co_await until_heard(of_f);
  };
  auto g = [&]() -> ForkCoroutine<> {
    co_await wait_until(taken);
    both_hear = true;
    co_await until_heard(of_g);
    g_over = true;
  };
  auto first = [&]() -> ForkCoroutine<> { co_await both(f(), g()); };
  run_cancelled(run, both_hear, &went_on, [&](Task& task) -> Coroutine {
    sync_wait(forks_of(task), first());
    co_return;
  });
  EXPECT_EQ(of_f, 2);
  EXPECT_EQ(of_g, 1);
}

/// How the first ended that was stolen.
Outcome of_first_stolen(const Trial& run) {
  TaskId first = ~TaskId{0};
  std::map<TaskId, Outcome> ends;
  for (const auto& lane : run.lanes())
    for (const auto& event : lane) {
      if (event.kind == EventKind::steal) first = std::min(first, event.task);
      if (event.kind == EventKind::done) ends[event.task] = event.outcome();
    }
  return ends.at(first);
}

// Seen: a stolen fork that was cancelled, or threw, was recorded as finished.
TEST(Stealing, HowAStolenForkEndedIsInTheTrace) {
  for (const bool coroutines : {false, true})
    for (const Outcome outcome : {Outcome::finished, Outcome::failed, Outcome::cancelled}) {
      SCOPED_TRACE(static_cast<int>(outcome));
      StealingTrial run(2);
      std::atomic<bool> taken = false;
      auto f = [&](Forks& forks) {
        taken = true;
        if (outcome == Outcome::failed) throw std::runtime_error("f");
        while (outcome == Outcome::cancelled) both(forks, [](Forks&) { spin(); }, [](Forks&) {});
      };
      auto stolen = [&]() -> ForkCoroutine<> {
        f(co_await worker_forks);
        co_return;
      };
      auto first = [&]() -> ForkCoroutine<> { co_await both(stolen(), wait_until(taken)); };
      auto body = [&](Task& task) -> Coroutine {
        try {
          if (coroutines) sync_wait(forks_of(task), first());
          else both(forks_of(task), f, [&](Forks& forks) { while (!taken) both(forks, [](Forks&) { spin(); }, [](Forks&) {}); });
        } catch (const std::runtime_error&) {
        }
        co_return;
      };
      if (outcome == Outcome::cancelled) {
        run_cancelled(run, taken, nullptr, body);
      } else {
        run.run([&](Task& task) -> Coroutine { co_await gather(task, all(work(body))); });
        EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
        expect_well_formed(run);
      }
      EXPECT_EQ(of_first_stolen(run), outcome);
    }
}

TEST(Stealing, FewerWorkersThanWereAskedForAreSaid) {
  for (const int asked : {2, 16}) {
    StealingTrial run(2);
    run.options.workers = asked;
    run.run([](Task& task) -> Coroutine { co_await io(task, 0); });
    EXPECT_EQ(run.fact(Fact::workers), 2);
    const std::vector<std::string> all = {"16 workers were asked for; 2 run: one for each core, since more would take turns on it."};
    EXPECT_EQ(run.texts(TextRole::notice), asked == 16 ? all : std::vector<std::string>());
  }
}

TEST(Stealing, RunsBeginAndEndManyTimes) { runs_begin_and_end_many_times<StealingTrial>(); }

// Seen: who waited for a fork that another had taken kept its tasks and its timers to itself meanwhile.
TEST(Stealing, WhoWaitsForAStolenForkSharesItsTasks) {
  constexpr int kTasks = 2'000;
  StealingTrial run(3);
  std::atomic<bool> stolen = false, waits = false;
  std::atomic<int> ran = 0, seen = 0;
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, all(work([&](Task& task) -> Coroutine {
      for (int i = 0; i < kTasks; ++i)
        co_await spawn(task, work([&](Task&) -> Coroutine {
          while (stolen && !waits) std::this_thread::yield();
          ++ran;
          co_return;
        }));
      // The fork ends when all tasks have run, and at the latest after five seconds.
      RealClock clock;
      both(forks_of(task),
           [&](Forks&) {
             stolen = true;
             const Nanos limit = clock.now() + 5'000 * kMs;
             while (ran < kTasks && clock.now() < limit) std::this_thread::yield();
             seen = ran.load();
           },
           [&](Forks& forks) {
             while (!stolen) both(forks, [](Forks&) {}, [](Forks&) {});  // nothing whose thief would wait for another
             waits = true;
           });
    })));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(seen, kTasks);
  expect_well_formed(run);
}

}  // namespace
}  // namespace interleave::testing
