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

TEST(Threads, EachBeginsWithWhatThePlaceHasItDo) {
  static thread_local bool has_begun = false;
  for (const ExecutorKind kind : {ExecutorKind::threads, ExecutorKind::gil, ExecutorKind::stealing}) {
    Trial run(kind);
    run.options.workers = 3;
    run.options.thread_begins = [] { has_begun = true; };
    std::atomic<int> without{0};
    run.run([&](Task& task) -> Coroutine {
      co_await gather(task, times(20, [&](Task& task) -> Coroutine {
        without += !has_begun;
        co_await io(task, kMs);
      }));
    });
    EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
    EXPECT_EQ(without, 0);
  }
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

/// Each of two wants what the other would bring, and has the only worker.
void one_waits_for_who_has_not_begun(Trial& run) {
  Event event;
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, all(work([&](Task& task) -> Coroutine { co_await wait(task, event); }),
                              work([&](Task& task) -> Coroutine { co_await set(task, event); })));
  });
}

TEST(Threads, SayWhenEveryWorkerWaitsForTasksThatNobodyIsFreeToRun) {
  Trial run(ExecutorKind::threads);
  run.options.workers = 1;
  one_waits_for_who_has_not_begun(run);
  EXPECT_EQ(run.end.end, RunEnd::deadlock);
  EXPECT_EQ(run.end.sentence, "Every worker waits for tasks that no worker is free to run; more workers would let them start (--workers 2): "
                              "task 1 waits for event 1, which nobody sets.");
  expect_well_formed(run);
}

TEST(Threads, AdviseNoMoreWorkersThanThereCanBe) {
  Trial run(ExecutorKind::threads);
  run.options.workers = run.options.max_workers = 1;
  one_waits_for_who_has_not_begun(run);
  EXPECT_EQ(run.end.end, RunEnd::deadlock);
  EXPECT_EQ(run.end.sentence, "Every worker waits for tasks that no worker is free to run: task 1 waits for event 1, which nobody sets.");
}

// Seen: a deadlock where tasks awaited tasks more than 24 deep, since each of them lay on the worker's stack.
TEST(Threads, TasksAwaitTasksHoweverDeep) {
  Trial run(ExecutorKind::threads);
  run.options.workers = 1;
  std::function<Coroutine(Task&, int)> deeper = [&](Task& task, int depth) -> Coroutine {
    if (depth > 0) co_await gather(task, times(1, [&deeper, depth](Task& task) { return deeper(task, depth - 1); }));
  };
  run.run([&](Task& task) { return deeper(task, 10'000); });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  expect_well_formed(run);
}

/// Fails once `when` is so.
std::shared_ptr<Work> fails(const std::atomic<bool>& when) {
  return work([&when](Task& task) -> Coroutine {
    while (!when) co_await io(task, kMs / 10);
    throw OperationFailed{"It broke."};
  });
}

/// Tasks that the worker of who waits for them runs itself.
class Inlined : public ::testing::TestWithParam<ExecutorKind> {
 protected:
  Inlined() : run(GetParam()) { run.options.workers = 2; }

  /// `outer`, and tasks that hold so many other workers until the first of its own has begun (begins()).
  std::vector<std::shared_ptr<Work>> beside_held(int others, std::function<Coroutine(Task&)> outer) {
    began = false;
    held = 0;
    auto works = times(others, [this](Task& task) -> Coroutine {
      ++held;
      while (!began) co_await io(task, kMs / 10);
    });
    works.push_back(work([this, others, outer](Task& task) -> Coroutine {
      below = task.id;
      while (held < others) co_await io(task, kMs / 10);
      co_await gather(task, all(work(outer)));
    }));
    return works;
  }
  void begins(const Task& task) {
    on_top = task.id;
    began = true;
  }
  void run_inlined(const std::function<Coroutine(Task&)>& outer) {
    run.run([&](Task& task) -> Coroutine { co_await gather(task, beside_held(run.options.workers - 1, outer)); });
  }

  std::size_t first_lane(TaskId task) const {
    const auto lanes = run.lanes();
    Nanos first = kForever;
    std::size_t found = lanes.size();
    for (std::size_t lane = 0; lane < lanes.size(); ++lane)
      for (const auto& event : lanes[lane])
        if (event.kind == EventKind::run && event.task == task && event.at < first) first = event.at, found = lane;
    return found;
  }
  void expect_inlined(const Trial& run) const {
    EXPECT_EQ(first_lane(on_top), first_lane(below)) << "another worker took it";
    expect_well_formed(run);
  }
  void expect_finished() const {
    EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
    expect_inlined(run);
  }
  void a_cancel_reaches_who_is_adrift(bool for_tasks);

  Trial run;
  std::atomic<bool> began = false;
  std::atomic<int> held = 0;
  std::atomic<TaskId> below = kNoTask, on_top = kNoTask;
};
INSTANTIATE_TEST_SUITE_P(Executors, Inlined, ::testing::Values(ExecutorKind::threads, ExecutorKind::gil),
                         [](const auto& info) { return std::string(id_of(info.param)); });

// Seen: a deadlock, though whoever had to set the event could go on: its thread was in the task that it had begun to run itself.
TEST_P(Inlined, WhoHearsOfAFailureGoesOnWhateverItsThreadRuns) {
  Event event;
  std::atomic<int> ended = 0;
  run_inlined([&](Task& task) -> Coroutine {
    const auto waits = work([&](Task& task) -> Coroutine {
      begins(task);
      co_await wait(task, event);
      ++ended;
    });
    try {
      co_await gather(task, all(waits, fails(began)));
    } catch (const OperationFailed&) {
      ++ended;
    }
    co_await set(task, event);
    co_await join(task, waits);
    ++ended;
  });
  EXPECT_EQ(ended, 3);
  expect_finished();
}

// Several deep.
TEST_P(Inlined, AllThatLieOnTopOfWhoGoesOnAreAdrift) {
  Event event;
  Queue<int> queue;
  std::atomic<int> sum = 0;
  run_inlined([&](Task& task) -> Coroutine {
    const auto deep = work([&](Task& task) -> Coroutine {
      co_await gather(task, all(work([&](Task& task) -> Coroutine {
        co_await gather(task, times(3, [&](Task& task) -> Coroutine {
          if (!began) begins(task);
          const int got = co_await get(task, queue);
          co_await wait(task, event);
          sum += got;
        }));
      })));
      sum += 1'000;
    });
    try {
      co_await gather(task, all(deep, fails(began)));
    } catch (const OperationFailed&) {
    }
    for (int i = 1; i <= 3; ++i) co_await put(task, queue, i);
    co_await io(task, kMs);
    co_await set(task, event);
    co_await join(task, deep);
    co_await compute(task, kMs / 10);
  });
  EXPECT_EQ(sum, 1'006);
  expect_finished();
}

// Seen: a worker that began one after the other what its task waited for kept the only core for all of them (here 100 ms).
TEST_P(Inlined, WhoStandsInLineForTheOnlyCoreIsNext) {
  run.options.cores = 1;
  run.options.gil_interval = kHour;
  std::atomic<bool> let = false;
  std::atomic<TaskId> beside = kNoTask;
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, all(work([&](Task& task) -> Coroutine {
                                beside = task.id;
                                while (!let) co_await io(task, kMs / 10);
                              }),
                              work([&](Task& task) -> Coroutine {
                                while (beside == kNoTask) co_await io(task, kMs / 10);
                                co_await gather(task, times(50, [&](Task& task) -> Coroutine {
                                  let = true;
                                  co_await compute(task, kMs / 2);
                                }));
                              })));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  // What ended while it stood in line.
  std::vector<std::pair<Nanos, Nanos>> lines;
  std::vector<Nanos> ends;
  for (const auto& lane : run.lanes()) {
    Nanos since = kForever;
    for (const auto& event : lane) {
      if (event.kind == EventKind::done) ends.push_back(event.at);
      if (event.task != beside) continue;
      if (event.kind == EventKind::ready || (event.kind == EventKind::wait && event.reason() == WaitReason::gil)) since = event.at;
      if (event.kind == EventKind::run && since != kForever) lines.push_back({std::exchange(since, kForever), event.at});
    }
  }
  EXPECT_FALSE(lines.empty()) << "it never stood in line";
  for (const auto& [from, to] : lines)
    EXPECT_LE(std::ranges::count_if(ends, [&](Nanos at) { return at > from && at < to; }), 1);
  expect_well_formed(run);
}

TEST_P(Inlined, WhoIsAdriftIsNamedInADeadlock) {
  Lock lock;
  run_inlined([&](Task& task) -> Coroutine {
    co_await acquire(task, lock);
    const auto wants = work([&](Task& task) -> Coroutine {
      begins(task);
      co_await acquire(task, lock);
    });
    try {
      co_await gather(task, all(wants, fails(began)));
    } catch (const OperationFailed&) {
    }
    co_await join(task, wants);
  });
  EXPECT_EQ(run.end.end, RunEnd::deadlock);
  EXPECT_EQ(run.end.sentence, "Deadlock: task 3 waits for task 4; task 4 waits for lock 1, which task 3 holds.");
  expect_inlined(run);
}

void Inlined::a_cancel_reaches_who_is_adrift(bool for_tasks) {
  Event never;
  std::atomic<int> cancelled = 0;
  run_inlined([&](Task& task) -> Coroutine {
    const auto waits = work([&](Task& task) -> Coroutine {
      begins(task);
      try {
        co_await wait(task, never);
      } catch (const Cancelled&) {
        ++cancelled;
        throw;
      }
    });
    const auto drifts = for_tasks ? work([&](Task& task) -> Coroutine { co_await gather(task, all(waits)); }) : waits;
    try {
      co_await gather(task, all(drifts, fails(began)));
    } catch (const OperationFailed&) {
    }
    co_await cancel(task, drifts);
    co_await gather_all(task, all(drifts));
    ++cancelled;
  });
  EXPECT_EQ(cancelled, 2);
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], for_tasks ? 2 : 1);
  expect_finished();
}
TEST_P(Inlined, ACancelReachesWhoIsAdrift) { a_cancel_reaches_who_is_adrift(false); }
TEST_P(Inlined, ACancelReachesWhoIsAdriftWaitingForTasks) { a_cancel_reaches_who_is_adrift(true); }

// Seen: a cancel of a gather of results and failures alike reached its tasks a second time when it went adrift.
TEST_P(Inlined, ACancelReachesTasksOnceThoughTheirWaiterIsAdrift) {
  Event never, clean;
  std::atomic<int> cancels = 0;
  std::atomic<bool> breaks = false, heard = false;
  const auto waits = work([&](Task& task) -> Coroutine {
    begins(task);
    try {
      co_await wait(task, never);
    } catch (const Cancelled&) {
      ++cancels;
    }
    try {
      co_await wait(task, clean);
    } catch (const Cancelled&) {
      ++cancels;
    }
  });
  const auto middle = work([&](Task& task) -> Coroutine { co_await gather_all(task, all(waits)); });
  run.run([&](Task& task) -> Coroutine {
    const auto works = beside_held(1, [&](Task& task) -> Coroutine {
      try {
        co_await gather(task, all(middle, fails(breaks)));
      } catch (const OperationFailed&) {
        heard = true;
      }
    });
    for (const auto& work : works) co_await spawn(task, work);
    while (!began) co_await io(task, kMs / 10);
    co_await cancel(task, middle);
    while (cancels == 0) co_await io(task, kMs / 10);
    breaks = true;
    while (!heard) co_await io(task, kMs / 10);
    co_await set(task, clean);
    co_await gather_all(task, all(middle));
    co_await gather(task, works);
  });
  EXPECT_EQ(cancels, 1);
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], 1);
  expect_finished();
}

TEST_P(Inlined, AStopAtAnyMomentEndsWhoIsAdrift) {
  for (int round = 0; round < 100; ++round) {
    Trial run(GetParam());
    run.options.workers = 2 + round % 2;
    Event never;
    std::atomic<bool> heard = false;
    began = false;
    run.start([&](Task& task) -> Coroutine {
      co_await gather(task, beside_held(run.options.workers - 1, [&](Task& task) -> Coroutine {
        try {
          co_await gather(task, all(work([&](Task& task) -> Coroutine {
            co_await gather(task, times(2, [&](Task& task) -> Coroutine {
              begins(task);
              co_await wait(task, never);
            }));
          }), fails(began)));
        } catch (const OperationFailed&) {
        }
        heard = true;
        co_await io(task, kHour);
      }));
    });
    std::thread canceller([&] {
      while (!(round % 4 < 2 ? began : heard)) std::this_thread::yield();
      for (volatile int i = 0; i < 1'000 * round;) i = i + 1;
      run.executor->cancel();
    });
    const RunEnd end = run.finish(kMs).end;
    canceller.join();
    EXPECT_EQ(end, RunEnd::cancelled);
    expect_well_formed(run);
  }
}

// Its wait is over when no worker is idle, nor ever will be: one that waits takes it up.
TEST_P(Inlined, WhoComesBackIsRunThoughEveryWorkerWaits) {
  Event first, second;
  std::atomic<int> ended = 0;
  std::atomic<bool> both_wait = false;
  auto waits_for_second = work([&](Task& task) -> Coroutine {  // has the other worker
    both_wait = true;
    co_await wait(task, second);
    ++ended;
  });
  run_inlined([&](Task& task) -> Coroutine {
    const auto drifts = work([&](Task& task) -> Coroutine {
      begins(task);
      co_await wait(task, first);
      while (!both_wait) co_await io(task, kMs / 10);
      co_await set(task, second);
      ++ended;
    });
    try {
      co_await gather(task, all(drifts, fails(began)));
    } catch (const OperationFailed&) {
    }
    co_await spawn(task, waits_for_second);
    while (!both_wait) co_await io(task, kMs / 10);
    co_await set(task, first);
    co_await join(task, drifts);
    co_await join(task, waits_for_second);
    ++ended;
  });
  EXPECT_EQ(ended, 3);
  expect_finished();
}

// Seen: a deadlock of workers that all wait for a lock, whose holder could go on, but had no thread.
TEST_P(Inlined, WhoHoldsALockAndIsAdriftIsRunThoughEveryWorkerWaitsForIt) {
  Lock lock;
  Event event;
  std::atomic<int> had = 0;
  std::atomic<bool> both_want = false;
  const auto wants = work([&](Task& task) -> Coroutine {
    both_want = true;
    co_await acquire(task, lock);
    ++had;
    co_await release(task, lock);
  });
  run.run([&](Task& task) -> Coroutine {
    const auto works = beside_held(1, [&](Task& task) -> Coroutine {
      const auto holds = work([&](Task& task) -> Coroutine {
        co_await acquire(task, lock);
        co_await gather(task, all(work([&](Task& task) -> Coroutine {
          begins(task);
          co_await wait(task, event);
        })));
        ++had;
        co_await release(task, lock);
      });
      try {
        co_await gather(task, all(holds, fails(began)));
      } catch (const OperationFailed&) {
      }
      co_await spawn(task, wants);
      while (!both_want) co_await io(task, kMs / 10);
      co_await acquire(task, lock);
      ++had;
      co_await release(task, lock);
    });
    for (const auto& work : works) co_await spawn(task, work);
    while (!both_want) co_await io(task, kMs / 10);
    co_await io(task, 2 * kMs);
    co_await set(task, event);
    co_await gather(task, works);
    co_await join(task, wants);
  });
  EXPECT_EQ(had, 3);
  expect_finished();
}

// Seen: as before, of a lock that was handed to one adrift.
TEST_P(Inlined, WhoIsHandedALockAdriftIsRunThoughEveryWorkerWaitsForIt) {
  Lock lock;
  std::atomic<int> had = 0;
  std::atomic<bool> both_want = false;
  auto wants = [&](Task& task) -> Coroutine {
    co_await acquire(task, lock);
    ++had;
    co_await release(task, lock);
  };
  const auto last = work([&](Task& task) -> Coroutine {
    both_want = true;
    co_await acquire(task, lock);
    ++had;
    co_await release(task, lock);
  });
  run.run([&](Task& task) -> Coroutine {
    co_await acquire(task, lock);
    const auto works = beside_held(1, [&](Task& task) -> Coroutine {
      const auto drifts = work([&](Task& task) -> Coroutine {
        begins(task);
        co_await acquire(task, lock);
        ++had;
        co_await release(task, lock);
      });
      try {
        co_await gather(task, all(drifts, fails(began)));
      } catch (const OperationFailed&) {
      }
      co_await spawn(task, last);
      while (!both_want) co_await io(task, kMs / 10);
      co_await gather(task, all(work(wants)));
    });
    for (const auto& work : works) co_await spawn(task, work);
    while (!both_want) co_await io(task, kMs / 10);
    co_await io(task, 2 * kMs);
    co_await release(task, lock);
    co_await gather(task, works);
    co_await join(task, last);
  });
  EXPECT_EQ(had, 3);
  expect_finished();
}

// Seen: the worker that was woken for a task that was back went on with its own, and no other was woken.
TEST_P(Inlined, WhoWasWokenForATaskAndGoesOnItselfWakesAnother) {
  run.options.workers = 3;
  Event event;
  std::atomic<int> ended = 0;
  std::atomic<bool> failing_began = false, all_wait = false, heard = false, awaits = false;
  const auto failing = work([&](Task& task) -> Coroutine {
    failing_began = true;
    while (!all_wait) co_await io(task, kMs / 10);
    throw OperationFailed{"It broke."};
  });
  std::atomic<int> holding = 0;
  const auto hold = times(2, [&](Task& task) -> Coroutine {
    ++holding;
    while (!failing_began) co_await io(task, kMs / 10);
  });
  const auto first = work([&](Task& task) -> Coroutine {
    while (holding < 2) co_await io(task, kMs / 10);
    try {
      co_await gather(task, all(failing));
    } catch (const OperationFailed&) {
    }
    co_await wait(task, event);
    ++ended;
  });
  const auto drifts = work([&](Task& task) -> Coroutine {
    begins(task);
    try {
      co_await join(task, failing);
    } catch (const OperationFailed&) {
    }
    co_await set(task, event);
    ++ended;
  });
  const auto last = work([&](Task& task) -> Coroutine {
    const auto on_top = work([&](Task& task) -> Coroutine {
      awaits = true;
      co_await join(task, drifts);
    });
    try {
      co_await gather(task, all(on_top, failing));
    } catch (const OperationFailed&) {
    }
    co_await wait(task, event);
    ++ended;
  });
  run.run([&](Task& task) -> Coroutine {
    for (const auto& work : hold) co_await spawn(task, work);
    co_await spawn(task, first);
    while (!failing_began) co_await io(task, kMs / 10);
    const auto works = beside_held(1, [&](Task& task) -> Coroutine {
      try {
        co_await gather(task, all(drifts, fails(began)));
      } catch (const OperationFailed&) {
      }
      heard = true;
      co_await gather_all(task, all(drifts));
    });
    for (const auto& work : works) co_await spawn(task, work);
    while (!heard) co_await io(task, kMs / 10);
    co_await spawn(task, last);
    while (!awaits) co_await io(task, kMs / 10);
    co_await io(task, 2 * kMs);
    all_wait = true;
    co_await gather(task, works);
    co_await gather(task, all(first, last));
  });
  EXPECT_EQ(ended, 3);
  expect_finished();
}

// Seen: a cancel of two that wait for each other cancelled a third, which had come back and was run on the thread of one of them.
TEST_P(Inlined, ACancelOfACircleIsNoneOfWhoWasAdrift) {
  run.options.workers = 4;
  Event event;
  std::shared_ptr<Work> a, b;
  std::atomic<int> in_circle = 0;
  std::atomic<bool> heard = false, slow_began = false, circle_over = false, all_over = false, goes_on = false, got = false;
  auto waits_for = [&](const std::shared_ptr<Work>& other) {
    return work([&](Task& task) -> Coroutine {
      ++in_circle;
      while (in_circle < 2) co_await io(task, kMs / 10);
      co_await join(task, other);
    });
  };
  a = waits_for(b), b = waits_for(a);
  const auto slow = work([&](Task& task) -> Coroutine {
    slow_began = true;
    while (!circle_over) co_await io(task, kMs / 10);
  });
  const auto third = work([&](Task& task) -> Coroutine {
    begins(task);
    co_await wait(task, event);
    goes_on = true;
    co_await join(task, slow);
    got = true;
  });
  run.run([&](Task& task) -> Coroutine {
    for (const auto& work : {a, b}) co_await spawn(task, work);
    while (in_circle < 2) co_await io(task, kMs / 10);
    const auto works = beside_held(1, [&](Task& task) -> Coroutine {
      try {
        co_await gather(task, all(third, fails(began)));
      } catch (const OperationFailed&) {
      }
      heard = true;
      while (!all_over) co_await io(task, kMs / 10);
    });
    for (const auto& work : works) co_await spawn(task, work);
    while (!heard) co_await io(task, kMs / 10);
    co_await spawn(task, slow);
    while (!slow_began) co_await io(task, kMs / 10);
    co_await set(task, event);
    while (!goes_on) co_await io(task, kMs / 10);
    co_await io(task, 2 * kMs);
    co_await cancel(task, a);
    co_await gather_all(task, all(a, b));
    circle_over = true;
    co_await gather_all(task, all(third));
    all_over = true;
    co_await gather(task, works);
  });
  EXPECT_TRUE(got);
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], 2);
  expect_finished();
}

// Seen: it was heard when the task that its worker had begun meanwhile ended.
TEST_P(Inlined, AFailureIsHeardAtOnceThoughTheWorkerSleepsInAnotherTask) {
  std::atomic<bool> heard = false;
  run_inlined([&](Task& task) -> Coroutine {
    const auto sleeps = work([&](Task& task) -> Coroutine {
      begins(task);
      for (int i = 0; i < 20'000 && !heard; ++i) co_await io(task, kMs / 10);
      EXPECT_TRUE(heard);
    });
    try {
      co_await gather(task, all(sleeps, fails(began)));
    } catch (const OperationFailed&) {
      heard = true;
    }
    co_await join(task, sleeps);
  });
  expect_finished();
}

// Seen: who heard of a failure went on on the other worker, and whoever waited for it held the first.
TEST_P(Inlined, WhoGoesOnElsewhereLeavesItsWorkerToOthers) {
  Event event;
  std::atomic<bool> heard = false, ran = false;
  const auto last = work([&](Task&) -> Coroutine {
    ran = true;
    co_return;
  });
  run_inlined([&](Task& task) -> Coroutine {
    const auto busy = work([&](Task& task) -> Coroutine {
      begins(task);
      while (!heard) co_await io(task, kMs / 10);
      co_await wait(task, event);
    });
    try {
      co_await gather(task, all(busy, fails(began)));
    } catch (const OperationFailed&) {
      heard = true;
    }
    co_await spawn(task, last);
    for (int i = 0; i < 20'000 && !ran; ++i) co_await io(task, kMs / 10);
    EXPECT_TRUE(ran);
    co_await set(task, event);
    co_await join(task, busy);
  });
  expect_finished();
}

// Seen: a deadlock of tasks that only wait for tasks: one that had been adrift was run on top of another's wait, and there waited for
// that other, whose worker then began nothing any more.
TEST_P(Inlined, WhoWasAdriftHoldsNoWorkerThatOthersHold) {
  Event event;
  std::atomic<bool> heard = false, goes_on = false;
  const auto sets = work([&](Task& task) -> Coroutine {
    co_await set(task, event);
    co_await gather(task, all(work([](Task& task) -> Coroutine { co_await compute(task, kMs / 10); })));
  });
  run.run([&](Task& task) -> Coroutine {
    const auto works = beside_held(1, [&](Task& task) -> Coroutine {
      const auto adrift = work([&](Task& task) -> Coroutine {
        begins(task);
        co_await wait(task, event);
        goes_on = true;
        co_await join(task, sets);
      });
      try {
        co_await gather(task, all(adrift, fails(began)));
      } catch (const OperationFailed&) {
      }
      heard = true;
      while (!goes_on) co_await io(task, kMs / 10);
      co_await io(task, 2 * kMs);
      co_await join(task, adrift);
    });
    for (const auto& work : works) co_await spawn(task, work);
    while (!heard) co_await io(task, kMs / 10);
    co_await gather(task, all(sets));
    co_await gather(task, works);
  });
  expect_finished();
}

// As if it still had a worker that could begin them.
TEST_P(Inlined, AnyWorkerBeginsWhatOneAdriftWaitsFor) {
  Event first, second;
  std::atomic<bool> spawned = false;
  const auto last = work([&](Task& task) -> Coroutine { co_await set(task, second); });
  run.run([&](Task& task) -> Coroutine {
    const auto works = beside_held(1, [&](Task& task) -> Coroutine {
      const auto adrift = work([&](Task& task) -> Coroutine {
        while (!spawned) co_await io(task, kMs / 10);
        co_await gather(task, all(work([&](Task& task) -> Coroutine {
          begins(task);
          co_await wait(task, first);
        }), last));
      });
      try {
        co_await gather(task, all(adrift, fails(began)));
      } catch (const OperationFailed&) {
      }
      co_await wait(task, second);
      co_await set(task, first);
      co_await join(task, adrift);
    });
    for (const auto& work : works) co_await spawn(task, work);
    while (below == kNoTask || held == 0) co_await io(task, kMs / 10);
    co_await io(task, kMs);  // what fails is in the queue
    const auto holds = work([&](Task& task) -> Coroutine { co_await wait(task, first); });
    co_await spawn(task, holds);
    spawned = true;
    co_await gather(task, works);
    co_await join(task, holds);
  });
  expect_finished();
}

// Seen: it went on with what it had waited for, and heard of the cancel at its next wait, or never.
TEST_P(Inlined, ACancelReachesWhoIsReadyAndHasNoWorker) {
  Event event;
  std::atomic<bool> started = false, others_go_on = false, over = false, had_result = false;
  const auto until_over = [&](Task& task) { return io(task, over ? 0 : kMs / 10); };
  const auto child = work([&](Task& task) -> Coroutine {
    started = true;
    co_await io(task, 3 * kMs);
    co_await set(task, event);
    co_await io(task, kMs);
  });
  // Adrift; comes back on the worker of whoever is cancelled.
  const auto adrift = work([&](Task& task) -> Coroutine {
    begins(task);
    co_await wait(task, event);
    while (!over) co_await until_over(task);
  });
  const auto leaves_it = [&](Task& task) -> Coroutine {
    try {
      co_await gather(task, all(adrift, fails(began)));
    } catch (const OperationFailed&) {
    }
  };
  const auto cancelled = work([&](Task& task) -> Coroutine {
    while (!started) co_await io(task, kMs / 10);
    co_await join(task, child);
    had_result = true;
  });
  const auto other = work([&](Task& task) -> Coroutine {
    co_await spawn(task, child);
    co_await join(task, child);
    others_go_on = true;
    while (!over) co_await until_over(task);
  });
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, beside_held(1, leaves_it));
    co_await spawn(task, cancelled);
    co_await io(task, kMs);
    co_await spawn(task, other);
    while (!others_go_on) co_await io(task, kMs / 10);
    co_await cancel(task, cancelled);
    over = true;
    co_await join(task, other);
    co_await join(task, adrift);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_FALSE(had_result);
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], 1);
}

// Seen: the wait of one that was cancelled in a line was over at the run's beginning, for what the trace said of it was an address.
TEST_P(Inlined, WhoIsCancelledInALineIsWokenByNobody) {
  Lock lock;
  std::atomic<int> begun = 0;
  std::atomic<TaskId> first = kNoTask;
  const auto wants = times(2, [&](Task& task) -> Coroutine {
    if (++begun == 1) first = task.id;
    co_await acquire(task, lock);
    co_await release(task, lock);
  });
  run.run([&](Task& task) -> Coroutine {
    co_await acquire(task, lock);
    for (const auto& each : wants) {
      co_await spawn(task, each);
      co_await io(task, 2 * kMs);
    }
    while (begun < 2) co_await io(task, kMs / 10);
    co_await io(task, 2 * kMs);
    co_await cancel(task, wants[0]);
    co_await release(task, lock);
    co_await gather_all(task, wants);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  for (const auto& lane : run.lanes())
    for (const auto& event : lane)
      if (event.kind == EventKind::wake && event.task == first) EXPECT_EQ(event.payload, 0u);
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], 1);
}

// Seen in the code: why nothing went on was put into words when a stop could be ending the tasks that it spoke of. (ThreadSanitizer's
// to see.)
// Seen: while its cancel went from one task to the next, one that it was for had been woken by the first and had gone on, and the next
// had ended of itself: it was asked again, and heard twice.
TEST_P(Inlined, WhoWaitsForSeveralHearsOfACancelOnce) {
  std::atomic<int> heard = 0;
  for (int round = 0; round < 200; ++round) {
    Trial run(GetParam());
    run.options.workers = 3;
    run.options.machine_cores = 4;  // one for main
    run.options.gil_interval = kMs / 10;
    std::atomic<bool> waits = false;
    std::atomic<int> ends = 0;
    heard = 0;
    run.run([&](Task& task) -> Coroutine {
      const auto waiter = work([&](Task& task) -> Coroutine {
        std::vector<std::shared_ptr<Work>> those = times(1, [&](Task& task) -> Coroutine { co_await io(task, kHour); });
        for (int i = 0; i < 30; ++i) those.push_back(work([&](Task& task) -> Coroutine {
          waits = true;
          while (ends == 0) co_await step(task);
        }));
        try {
          co_await gather(task, those);
        } catch (const Cancelled&) {
          ++heard;
        }
        try {
          for (int i = 0; i < 50; ++i) co_await safepoint(task);
          co_await io(task, 0);
        } catch (const Cancelled&) {
          ++heard;
        }
      });
      co_await spawn(task, waiter);
      while (!waits) co_await io(task, kMs / 20);
      ends = 1;
      co_await cancel(task, waiter);
      co_await gather_all(task, all(waiter));
    });
    EXPECT_LE(heard, 1);
    EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  }
}

TEST(Threads, ACancelMayComeWhileADeadlockIsPutIntoWords) {
  constexpr int kTasks = 8;
  for (int round = 0; round < 200; ++round) {
    Trial run(ExecutorKind::threads);
    run.options.workers = kTasks;
    std::atomic<int> have = 0;
    run.start([&](Task& task) -> Coroutine {
      co_await gather(task, times(kTasks, [&](Task& task) -> Coroutine {
        const auto mine = std::make_unique<Lock>();
        co_await acquire(task, *mine);
        ++have;
        co_await acquire(task, *mine);
      }));
    });
    std::thread canceller([&] {
      while (have < kTasks) std::this_thread::yield();
      for (volatile int i = 0; i < 500 * (round % 50);) i = i + 1;
      run.executor->cancel();
    });
    const RunEnd end = run.finish(kMs).end;
    canceller.join();
    EXPECT_TRUE(end == RunEnd::cancelled || end == RunEnd::deadlock);
  }
}

TEST(Threads, CancelFromAnyThreadAtAnyMoment) {
  for (const Candidate& kind : candidates_with_one_memory())
    for (int us : {0, 20, 100, 300, 1'000, 3'000}) {
      Trial run(kind.kind);
      run.options.workers = kind.workers(4);
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

/// Also where it was stolen, or a loop's own.
void a_body_that_never_comes_back_is_abandoned(const Candidate& kind) {
  // Static: the abandoned thread outlives this function.
  static std::atomic<bool> let_go, runs;
  static std::atomic<int> came_back;
  let_go = runs = false;
  came_back = 0;
  {
    Trial run(kind.kind);
    run.options.workers = kind.workers(3);
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
TEST(Threads, ABodyThatNeverComesBackIsAbandoned) { a_body_that_never_comes_back_is_abandoned({ExecutorKind::threads, false}); }
TEST(Gil, ABodyThatNeverComesBackIsAbandoned) { a_body_that_never_comes_back_is_abandoned({ExecutorKind::gil, false}); }
TEST(Stealing, ABodyThatNeverComesBackIsAbandoned) { a_body_that_never_comes_back_is_abandoned({ExecutorKind::stealing, false}); }
TEST(Loops, ABodyThatNeverComesBackIsAbandoned) { a_body_that_never_comes_back_is_abandoned({ExecutorKind::loop, true}); }

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
