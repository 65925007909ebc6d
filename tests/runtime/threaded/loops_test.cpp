// Several event loops, each on a thread of its own: what they promise beyond the contract.
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "../support.h"
#include "runtime/sync.h"

namespace interleave::testing {
namespace {

struct LoopsTrial : Trial {
  explicit LoopsTrial(int loops = 2) : Trial(ExecutorKind::loop) { options.workers = options.machine_cores = loops; }
};

TEST(Loops, ATaskStaysOnTheLoopThatItWasGivenTo) {
  LoopsTrial run(3);
  std::mutex mutex;
  std::map<int, std::set<std::thread::id>> threads;
  run.run([&](Task& task) -> Coroutine {
    std::vector<std::shared_ptr<Work>> parents;
    for (int i = 0; i < 3; ++i)
      parents.push_back(work([&, i](Task& task) -> Coroutine {
        for (int round = 0; round < 3; ++round) {
          co_await gather(task, times(4, [&, i](Task& task) -> Coroutine {
            for (int n = 0; n < 3; ++n) {
              {
                std::scoped_lock lock(mutex);
                threads[i].insert(std::this_thread::get_id());
              }
              co_await io(task, n * kMs / 10);
            }
          }));
        }
      }));
    co_await gather(task, parents);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  std::set<std::thread::id> all;
  for (const auto& [i, its] : threads) {
    EXPECT_EQ(its.size(), 1u) << "parent " << i;
    all.insert(its.begin(), its.end());
  }
  EXPECT_EQ(all.size(), 3u) << "main deals round robin";
  const auto where = who_ran_where(run);
  ASSERT_EQ(where.size(), 3u);
  EXPECT_EQ(where.begin()->first, "loop 1");
  for (const auto& [name, tasks] : where) EXPECT_EQ(tasks.size(), 13u) << name;
  EXPECT_EQ(run.fact(Fact::workers), 3);
  expect_well_formed(run);
}

TEST(Loops, EachIsFirstInFirstOut) {
  LoopsTrial run;
  std::map<int, std::vector<int>> order{{0, {}}, {1, {}}};
  run.run([&](Task& task) -> Coroutine {
    std::vector<std::shared_ptr<Work>> parents;
    for (int i = 0; i < 2; ++i)
      parents.push_back(work([&, i](Task& task) -> Coroutine {
        std::vector<int>& mine = order[i];
        std::vector<std::shared_ptr<Work>> children;
        for (int n = 0; n < 3; ++n)
          children.push_back(work([&mine, n](Task& task) -> Coroutine {
            for (int round = 0; round < 3; ++round) {
              mine.push_back(n);
              co_await io(task, 0);
            }
          }));
        co_await gather(task, children);
      }));
    co_await gather(task, parents);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  for (const auto& [i, its] : order) EXPECT_EQ(its, (std::vector{0, 1, 2, 0, 1, 2, 0, 1, 2}));
}

TEST(Loops, ObjectsWaitAndWakeAcrossThem) {
  LoopsTrial run;
  constexpr int kHops = 2'000;
  Queue<int> there(1), back(1);
  Lock lock;
  Event go;
  int guarded = 0, sum = 0;
  std::set<std::thread::id> threads;
  run.run([&](Task& task) -> Coroutine {
    auto ping = work([&](Task& task) -> Coroutine {
      co_await wait(task, go);
      for (int i = 0; i < kHops; ++i) {
        co_await put(task, there, i);
        sum += co_await get(task, back);
        co_await acquire(task, lock);
        ++guarded;
        threads.insert(std::this_thread::get_id());
        co_await release(task, lock);
      }
    });
    auto pong = work([&](Task& task) -> Coroutine {
      co_await set(task, go);
      for (int i = 0; i < kHops; ++i) {
        const int item = co_await get(task, there);
        co_await acquire(task, lock);
        ++guarded;
        threads.insert(std::this_thread::get_id());
        co_await release(task, lock);
        co_await put(task, back, item);
      }
    });
    co_await gather(task, all(ping, pong));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(sum, kHops * (kHops - 1) / 2);
  EXPECT_EQ(guarded, 2 * kHops);
  EXPECT_EQ(threads.size(), 2u);
  expect_well_formed(run);
}

TEST(Loops, ABlockedOneHoldsItsOwnTasksAndNoOthers) {
  LoopsTrial run;
  std::atomic<bool> blocking = false, over = false;
  std::atomic<int> other = 0, own = 0;
  run.run([&](Task& task) -> Coroutine {
    auto blocker = work([&](Task& task) -> Coroutine {
      co_await spawn(task, work([&](Task& task) -> Coroutine {
                       while (!over) {
                         co_await io(task, 0);
                         own += blocking;
                       }
                     }));
      blocking = true;
      co_await block(task, 30 * kMs);
      blocking = false;
      over = true;
    });
    auto ticker = work([&](Task& task) -> Coroutine {
      while (!over) {
        co_await io(task, kMs);
        other += blocking;
      }
    });
    co_await gather(task, all(blocker, ticker));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_GT(other, 1);
  EXPECT_EQ(own, 0);
  EXPECT_GE(run.fact(Fact::loop_blocked_ns), 30 * kMs);
  expect_well_formed(run);
}

TEST(Loops, TasksOfTwoThatWaitForEachOtherAreADeadlock) {
  LoopsTrial run;
  two_that_wait_for_each_other_are_a_deadlock(run);
}

TEST(Loops, AreAtMostOnePerCore) {
  LoopsTrial run;
  run.options.workers = 100;
  eight_that_compute_have_so_many_cores(run, 2);
  EXPECT_EQ(run.fact(Fact::workers), 2);
}

TEST(Loops, WhatIsSentOffThemHoldsNeither) {
  LoopsTrial run;
  std::atomic<int> blocking = 0, ticks = 0, results = 0;
  std::string caught;
  run.run([&](Task& task) -> Coroutine {
    auto off = work([&](Task& task) -> Coroutine {
      ++blocking;
      co_await block(task, 30 * kMs);
      --blocking;
      ++results;
    });
    auto sender = [&](Task& task) -> Coroutine {
      co_await to_thread(task, work([&](Task& task) -> Coroutine {
        ++blocking;
        co_await block(task, 30 * kMs);
        results += static_cast<int>((co_await sum_range(task, 0, 3)).number);
        --blocking;
      }));
    };
    auto ticker = [&](Task& task) -> Coroutine {
      while (results < 6) {
        co_await io(task, kMs);
        ticks += blocking > 0;
      }
    };
    co_await gather(task, all(work(sender), work(sender), work(ticker), work(ticker)));
    co_await to_thread(task, off);  // main, too
    try {
      co_await to_thread(task, work([](Task& task) -> Coroutine {
        co_await compute(task, kMs / 10);
        throw std::runtime_error("boom");
      }));
    } catch (const std::runtime_error& e) {
      caught = e.what();
    }
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(results, 7);
  EXPECT_GT(ticks, 2);
  EXPECT_EQ(caught, "boom");
  EXPECT_EQ(run.fact(Fact::loop_blocked_ns), -1);
  EXPECT_GE(who_ran_where(run).count("to_thread 1"), 1u);
  expect_well_formed(run);
}

TEST(Loops, ACancelAndALimitReachWhatIsOffThem) {
  LoopsTrial run;
  int timeouts = 0;
  std::atomic<int> cancelled = 0;
  run.run([&](Task& task) -> Coroutine {
    for (const bool blocks : {true, false}) {
      auto body = [blocks, &cancelled](Task& task) -> Coroutine {
        try {
          if (blocks) co_await block(task, kHour);
          else co_await compute(task, kHour);
        } catch (const Cancelled&) {
          ++cancelled;
          throw;
        }
      };
      auto off = [body](Task& task) -> Coroutine { co_await to_thread(task, work(body)); };
      try {
        co_await wait_for(task, work(off), 20 * kMs);
      } catch (const OperationFailed& failed) {
        timeouts += failed.kind == std::string("TimeoutError");
      }
    }
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(timeouts, 2);
  EXPECT_EQ(cancelled, 2);
  expect_well_formed(run);
}

/// There are threads for the loops alone.
std::function<bool(int)> none_off_the_loops() {
  return [left = std::make_shared<std::atomic<int>>(2)](int) { return (*left)-- > 0; };
}

TEST(Loops, EndWhateverIsOffThem) {
  for (const bool refused : {false, true})
    runs_end_whatever_is_off_the_loop([&] {
      auto run = std::make_unique<LoopsTrial>();
      if (refused) run->options.may_start_thread = none_off_the_loops();
      return run;
    });
}

TEST(Loops, RunThemselvesWhatNoThreadCanBeStartedForAndItsWaitsHoldNobody) {
  LoopsTrial run;
  run.options.may_start_thread = none_off_the_loops();
  what_stays_on_the_loop_blocks_nobody(run);
}

// Seen: it was asked again in each round.
TEST(Loops, AskASystemThatRefusesAThreadOnceAndSaySo) {
  LoopsTrial run;
  std::atomic<int> asked = 0;
  run.options.may_start_thread = [&](int) { return asked++ < 4; };
  run.run([](Task& task) -> Coroutine {
    co_await gather(task, times(20, [](Task& task) -> Coroutine {
      co_await to_thread(task, work([](Task& task) -> Coroutine { co_await block(task, kMs); }));
    }));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(asked, 5);
  EXPECT_EQ(run.texts(TextRole::notice),
            std::vector<std::string>{"The system refused one more thread for to_thread(): the rest of its tasks wait until one of 2 is free."});
  expect_well_formed(run);
}

// Seen as on `stealing`.
TEST(Loops, AStopIsHeardThoughMainHasNoTurn) {
  for (const LongWork how : {LongWork::computes, LongWork::calls_functions, LongWork::computes_off_the_loop}) {
    LoopsTrial run;
    a_stop_is_heard_without_main(run, how);
  }
}

TEST(Loops, BeginAndEndManyTimes) { runs_begin_and_end_many_times<LoopsTrial>(); }

TEST(Loops, WhereTheClockJumpsThereIsOneAndTheRunSaysSo) {
  LoopsTrial run;
  run.use_fake_clock();
  run.run([](Task& task) -> Coroutine {
    co_await gather(task, times(2, [](Task& task) -> Coroutine { co_await compute(task, kMs); }));
  });
  EXPECT_EQ(run.fact(Fact::workers), 1);
  EXPECT_EQ(run.texts(TextRole::notice), std::vector<std::string>{"There are no threads here for more than one event loop: this is one."});
}

// Seen: its other child was cancelled, and it heard nothing of it.
TEST(Loops, ATaskThatWasWokenByAFailureHasItsCancelItself) {
  Trial run(ExecutorKind::loop);
  run.options.workers = 2;
  int cancelled = 0, finished = 0;
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, all(work([&](Task& task) -> Coroutine {
      auto other = work([&](Task& task) -> Coroutine {
        co_await io(task, 5 * kMs);
        ++finished;
      });
      auto waiter = work([&](Task& task) -> Coroutine {
        auto bad = work([](Task&) -> Coroutine {
          throw OperationFailed{"boom"};
          co_return;
        });
        try {
          co_await gather(task, all(bad, other));
        } catch (const Cancelled&) {
          ++cancelled;
        } catch (const OperationFailed&) {
        }
      });
      co_await spawn(task, waiter);
      co_await io(task, 0);  // it waits
      co_await io(task, 0);  // the first has failed, and woken it; it comes after us
      co_await cancel(task, waiter);
      co_await gather_all(task, all(waiter, other));
    })));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(cancelled, 1);
  EXPECT_EQ(finished, 1);
  expect_well_formed(run);
}

}  // namespace
}  // namespace interleave::testing
