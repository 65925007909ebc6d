// contract_test.cpp -- what every executor promises (RELIABILITY.md, P1 to P8), asked of each in turn.
#include <atomic>

#include "nursery.h"
#include "runtime/sync.h"

namespace interleave::testing {
namespace {

class Contract : public OfEachCandidate<AnyTrial> {
 protected:
  /// After a change of options.
  void remake() { ASSERT_TRUE(run.make()); }
  /// The parent of processes is none of those that compute: its core is nobody's.
  static void expect_well_formed(const Trial& run) { testing::expect_well_formed(run, GetParam() != ExecutorKind::processes); }
};

TEST_P(Contract, RunsEveryTaskOnce) {
  std::vector<std::atomic<int>> runs(100);
  run.run([&](Task& task) -> Coroutine {
    std::vector<std::shared_ptr<Work>> works;
    for (auto& count : runs)
      works.push_back(sendable([&count](Task& task) -> Coroutine {
        ++count;
        co_await io(task, kMs / 10);
        co_await compute(task, kMs / 20);
      }));
    co_await gather(task, works);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  for (const auto& count : runs) EXPECT_EQ(count, 1);
  EXPECT_EQ(run.outcomes()[Outcome::finished], 100);
  expect_well_formed(run);
}

TEST_P(Contract, RespectsWaits) {
  Nanos shortest = kForever;
  std::mutex mutex;
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, sendables(6, [&](Task& task) -> Coroutine {
      const Nanos begin = run.options.clock->now();
      co_await io(task, 3 * kMs);
      co_await block(task, 2 * kMs);
      std::scoped_lock lock(mutex);
      shortest = std::min(shortest, run.options.clock->now() - begin);
    }));
  });
  EXPECT_GE(shortest, 5 * kMs);
  expect_well_formed(run);
}

TEST_P(Contract, RunsAtMostAsManyAsItHasCores) {
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, sendables(12, [](Task& task) -> Coroutine {
      co_await compute(task, kMs);
      co_await io(task, kMs);
      co_await compute(task, kMs);
    }));
  });
  EXPECT_LE(most_at_once(run), run.fact(Fact::cores));
  expect_well_formed(run);
}

TEST_P(Contract, ComputingIsShownOnItsOwnLineAndSoIsWhatWasAsked) {
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, sendables(2, [](Task& task) -> Coroutine {
      for (const std::uint16_t line : {7, 8}) {
        Operation wait;
        wait.kind = Operation::Kind::io;
        wait.duration = kMs;
        wait.line = 5;
        co_await Perform(task, wait);
        Operation operation;
        operation.kind = Operation::Kind::compute;
        operation.duration = 2 * kMs;
        operation.line = line;
        co_await Perform(task, operation);
      }
    }));
  });
  std::map<std::uint32_t, int> lines;
  for (const auto& lane : run.lanes())
    for (const auto& event : lane)
      if (event.kind == EventKind::run && event.task != kRootTask) ++lines[event.argument & 0xffff];
  EXPECT_GE(lines[7], 2) << "more where the GIL was dropped meanwhile";
  EXPECT_GE(lines[8], 2);
  EXPECT_EQ(run.fact(Fact::asked_compute_ns), 8 * kMs);
  EXPECT_EQ(run.fact(Fact::asked_wait_ns), 4 * kMs);
  expect_well_formed(run);
}

TEST_P(Contract, GathersInOrderAndSums) {
  std::vector<std::int64_t> sums(8);
  run.run([&](Task& task) -> Coroutine {
    std::vector<std::shared_ptr<Work>> works;
    for (std::size_t i = 0; i < sums.size(); ++i)
      works.push_back(sendable([&sums, i](Task& task) -> Coroutine {
        const Operation answer = co_await sum_range(task, static_cast<std::int64_t>(i) * 100'000,
                                                    static_cast<std::int64_t>(i + 1) * 100'000);
        sums[i] = answer.number;
      }));
    co_await gather(task, works);
  });
  std::int64_t sum = 0;
  for (std::int64_t s : sums) sum += s;
  EXPECT_EQ(sum, std::int64_t{799'999} * 800'000 / 2);
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
}

TEST_P(Contract, NestsGathers) {
  std::atomic<int> leaves = 0;
  std::function<Coroutine(Task&, int)> tree = [&](Task& task, int depth) -> Coroutine {
    if (depth == 0) {
      ++leaves;
      co_await compute(task, kMs / 20);
      co_return;
    }
    co_await gather(task, sendables(2, [&tree, depth](Task& task) { return tree(task, depth - 1); }));
  };
  run.run([&](Task& task) { return tree(task, 6); });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(leaves, 64);
  expect_well_formed(run);
}

TEST_P(Contract, BringsAnExceptionToTheWaiterAndNobodyElse) {
  std::string seen;
  std::atomic<int> finished = 0;
  run.run([&](Task& task) -> Coroutine {
    auto bad = sendable([](Task& task) -> Coroutine {
      co_await compute(task, kMs / 10);
      throw std::runtime_error("boom");
    });
    auto outer = sendable([&, bad](Task& task) -> Coroutine {
      try {
        co_await gather(task, all(bad));
      } catch (const std::runtime_error& e) {
        seen = e.what();
      }
    });
    auto good = sendable([&](Task& task) -> Coroutine {
      co_await io(task, kMs);
      ++finished;
    });
    co_await gather(task, all(outer, good));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(seen, "boom");
  EXPECT_EQ(finished, 1);
  EXPECT_EQ(run.outcomes()[Outcome::failed], 1);
  expect_well_formed(run);
}

/// A worker of `threads` may be in both of its waits, one inside the other.
TEST_P(Contract, AFailureOfAnOuterGatherLeavesAnInnerOneAlone) {
  if (GetParam().several) run.options.workers = 4;
  remake();
  std::atomic<bool> caught = false, ended = false, in_time = false;
  run.run([&](Task& task) -> Coroutine {
    auto inner = sendable([&](Task& task) -> Coroutine {
      auto late = sendable([&](Task& task) -> Coroutine {
        co_await io(task, 30 * kMs);
        ended = true;
      });
      co_await gather(task, all(sendable([](Task& task) -> Coroutine { co_await io(task, kMs); }), late));
      in_time = ended.load();
    });
    auto fails = sendable([](Task& task) -> Coroutine {
      co_await io(task, 10 * kMs);
      throw std::runtime_error("boom");
    });
    co_await gather(task, all(sendable([&, inner, fails](Task& task) -> Coroutine {
      try {
        co_await gather(task, all(inner, fails));
      } catch (const std::runtime_error&) {
        caught = true;
      }
      co_await join(task, inner);
    })));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_TRUE(caught);
  EXPECT_TRUE(in_time);
  expect_well_formed(run);
}

TEST_P(Contract, AFailureOfAnOuterGatherLeavesAWaitForALockAlone) {
  if (GetParam().kind == ExecutorKind::processes) GTEST_SKIP() << "another memory: processes_test";
  if (GetParam().several) run.options.workers = 4;
  remake();
  Lock lock;
  std::atomic<bool> cancelled = false, got = false;
  run.run([&](Task& task) -> Coroutine {
    auto holder = sendable([&](Task& task) -> Coroutine {
      co_await acquire(task, lock);
      co_await io(task, 30 * kMs);
      co_await release(task, lock);
    });
    auto wants = sendable([&](Task& task) -> Coroutine {
      co_await io(task, kMs);
      try {
        co_await acquire(task, lock);
        got = true;
        co_await release(task, lock);
      } catch (const Cancelled&) {
        cancelled = true;
      }
    });
    auto fails = sendable([](Task& task) -> Coroutine {
      co_await io(task, 10 * kMs);
      throw std::runtime_error("boom");
    });
    auto outer = sendable([&, wants, fails](Task& task) -> Coroutine {
      try {
        co_await gather(task, all(wants, fails));
      } catch (const std::runtime_error&) {
      }
      co_await join(task, wants);
    });
    co_await gather(task, all(holder, outer));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_TRUE(got);
  EXPECT_FALSE(cancelled);
  expect_well_formed(run);
}

TEST_P(Contract, AnExceptionThatNobodyCatchesEndsTheRunInASentence) {
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, all(sendable([](Task&) -> Coroutine {
                                throw OperationFailed{"The bridge is out."};
                                co_return;
                              }),
                              sendable([](Task& task) -> Coroutine { co_await io(task, 10'000 * kMs); })));
  });
  EXPECT_EQ(run.end.end, RunEnd::failed);
  EXPECT_EQ(run.end.sentence, "The bridge is out.");
  EXPECT_EQ(run.texts(TextRole::error), std::vector<std::string>{"The bridge is out."}) << "once, of the task itself";
  EXPECT_EQ(run.outcomes()[Outcome::failed], 1);
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], 1);
  expect_well_formed(run);
}

TEST_P(Contract, ABodyThatThrowsBeforeItSuspendsFails) {
  run.run([&](Task&) -> Coroutine {
    throw std::bad_alloc();
    co_return;
  });
  EXPECT_EQ(run.end.end, RunEnd::failed);
  EXPECT_EQ(run.end.sentence, "The run needs more memory than there is.");
  expect_well_formed(run);
}

TEST_P(Contract, SpawnsAndJoins) {
  std::atomic<int> done = 0;
  run.run([&](Task& task) -> Coroutine {
    auto child = sendable([&](Task& task) -> Coroutine {
      co_await io(task, kMs);
      ++done;
    });
    const Operation made = co_await spawn(task, child);
    EXPECT_GT(made.number, kRootTask);
    co_await join(task, child);
    EXPECT_EQ(done, 1);
    co_await join(task, child);
    co_await gather(task, all(child, sendable([&](Task&) -> Coroutine {
                                ++done;
                                co_return;
                              })));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(done, 2);
  expect_well_formed(run);
}

TEST_P(Contract, AnEmptyGatherIsOverAtOnce) {
  run.run([](Task& task) -> Coroutine {
    co_await gather(task, {});
    co_await compute(task, 0);
    co_await io(task, 0);
    co_await step(task);
    co_await safepoint(task);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished);
  expect_well_formed(run);
}

TEST_P(Contract, WhatStillLivesWhenMainEndsIsCancelled) {
  run.run([](Task& task) -> Coroutine {
    co_await spawn(task, sendable([](Task& task) -> Coroutine { co_await io(task, 3'600'000 * kMs); }));
    co_await io(task, kMs);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished);
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], 1);
  expect_well_formed(run);
}

TEST_P(Contract, RequestsWithoutAServerFailInASentence) {
  run.run([](Task& task) -> Coroutine {
    co_await gather(task, sendables(1, [](Task& task) -> Coroutine { co_await request(task, kMs); }));
  });
  EXPECT_EQ(run.end.end, RunEnd::failed);
  EXPECT_NE(run.end.sentence, "");
}

// -- Cancel: at any moment, whatever runs --------------------------------------------------------------------------

using Body = std::function<Coroutine(Task&)>;
const std::vector<std::pair<const char*, Body>>& endless() {
  static const std::vector<std::pair<const char*, Body>> bodies = {
      {"io", [](Task& task) -> Coroutine { co_await io(task, 3'600'000 * kMs); }},
      {"block", [](Task& task) -> Coroutine { co_await block(task, 3'600'000 * kMs); }},
      {"compute", [](Task& task) -> Coroutine { co_await compute(task, 3'600'000 * kMs); }},
      {"sum",
       [](Task& task) -> Coroutine {
         for (;;) co_await sum_range(task, 0, 100'000);
       }},
      {"steps",
       [](Task& task) -> Coroutine {
         for (;;) co_await step(task);
       }},
      {"gather", [](Task& task) -> Coroutine {
         co_await gather(task, sendables(2, [](Task& task) -> Coroutine { co_await io(task, 3'600'000 * kMs); }));
       }},
      {"swallow",
       [](Task& task) -> Coroutine {
         for (;;) {
           try {
             co_await io(task, 3'600'000 * kMs);
           } catch (const Cancelled&) {
           }
         }
       }},
  };
  return bodies;
}

TEST_P(Contract, CancelEndsWhateverRuns) {
  for (const auto& [name, body] : endless()) {
    for (const int polls : {0, 1, 3, 20, 200}) {
      SCOPED_TRACE(std::string(name) + " after " + std::to_string(polls) + " polls");
      AnyTrial run(GetParam());
      run.options.workers = GetParam().workers(3);
      run.start([&](Task& task) -> Coroutine { co_await gather(task, sendables(8, body)); });
      for (int i = 0; i < polls; ++i) run.executor->poll(i % 2 ? 0 : kMs / 10);
      run.executor->cancel();
      run.executor->cancel();
      const Nanos begin = run.options.clock->now();
      run.finish();
      EXPECT_EQ(run.end.end, RunEnd::cancelled) << run.end.sentence;
      EXPECT_LT(run.options.clock->now() - begin, 2'000 * kMs);
      EXPECT_EQ(run.outcomes()[Outcome::finished], 0);
      expect_well_formed(run);
      EXPECT_EQ(run.executor->poll(0).kind, Progress::Kind::done);
    }
  }
}

TEST_P(Contract, CancelReachesMain) {
  for (const auto& [name, body] : endless()) {
    SCOPED_TRACE(name);
    AnyTrial run(GetParam());
    run.start(body);
    for (int i = 0; i < 20; ++i) run.executor->poll(0);
    run.executor->cancel();
    EXPECT_EQ(run.finish().end, RunEnd::cancelled);
    expect_well_formed(run);
  }
}

TEST_P(Contract, TheDestructorEndsARunInMidAir) {
  for (const auto& [name, body] : endless()) {
    for (const int polls : {0, 1, 3, 20}) {
      SCOPED_TRACE(std::string(name) + " after " + std::to_string(polls) + " polls");
      AnyTrial run(GetParam());
      run.options.workers = GetParam().workers(3);
      run.start([&](Task& task) -> Coroutine { co_await gather(task, sendables(8, body)); });
      for (int i = 0; i < polls; ++i) run.executor->poll(i % 2 ? 0 : kMs / 10);
      const Nanos begin = run.options.clock->now();
      run.executor.reset();
      EXPECT_LT(run.options.clock->now() - begin, 2'000 * kMs);
    }
  }
}

TEST_P(Contract, AnExecutorThatNeverStartedGoesAway) { run.executor.reset(); }

TEST_P(Contract, ThousandsOfTasksLeaveNothingBehind) {
  std::weak_ptr<Work> some;
  run.run([&](Task& task) -> Coroutine {
    auto works = sendables(5'000, [](Task& task) -> Coroutine { co_await step(task); });
    some = works[4'000];
    co_await gather(task, works);
  });
  EXPECT_EQ(run.outcomes()[Outcome::finished], 5'000);
  EXPECT_TRUE(some.expired());
}

// Seen: on `threads` two who did that kept both cores to themselves.
TEST_P(Contract, WhoSleepsForNoTimeLetsTheOthersGoOn) {
  if (GetParam() == ExecutorKind::processes) GTEST_SKIP() << "no flag is seen by all";
  run.options.workers = GetParam().workers(4);
  std::atomic<bool> done = false;
  run.run([&](Task& task) -> Coroutine {
    auto works = sendables(1, [&](Task& task) -> Coroutine {
      for (int i = 0; i < 20; ++i) co_await io(task, kMs / 20);
      done = true;
    });
    for (const auto& each : sendables(3, [&](Task& task) -> Coroutine {
           while (!done) co_await io(task, 0);
         }))
      works.push_back(each);
    co_await gather(task, works);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
}

// -- Again and again: what `./build.sh soak` repeats to the counts of issue 3 ------------------------------------------

TEST_P(Contract, TenThousandTasksEndOnceEach) {
  constexpr int kFamilies = 100, kChildren = 98;  // with the parent and its helper 100 each
  const bool one_memory = GetParam() != ExecutorKind::processes;
  // By the tasks' numbers, of which main's is the first; each process counts from the same on, so that those are together.
  std::vector<std::atomic<int>> began(kFamilies * 100 + 2), ended(began.size());
  auto tell = [&](auto& of, const Task& task) { return of.at(one_memory ? task.id : 0)++; };
  run.run([&](Task& task) -> Coroutine {
    Lock lock;
    Queue<int> queue(4);
    int guarded = 0;
    auto family = [&](Task& task) -> Coroutine {
      tell(began, task);
      auto taker = sendable([&](Task& task) -> Coroutine {
        tell(began, task);
        if (one_memory) co_await get(task, queue);
        tell(ended, task);
      });
      co_await spawn(task, taker);
      co_await gather(task, sendables(kChildren, [&](Task& task) -> Coroutine {
        tell(began, task);
        if (task.id % 16 == 0) co_await io(task, 0);
        tell(ended, task);
      }));
      if (one_memory) {
        co_await acquire(task, lock);
        ++guarded;
        co_await release(task, lock);
        co_await put(task, queue, 1);
      }
      co_await join(task, taker);
      tell(ended, task);
    };
    co_await gather(task, sendables(kFamilies, family));
    EXPECT_EQ(guarded, one_memory ? kFamilies : 0);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  if (one_memory) EXPECT_EQ(run.outcomes()[Outcome::finished], 100 * kFamilies);
  else EXPECT_EQ(began[0] + ended[0], 2 * 100 * kFamilies);
  for (std::size_t id = 2; one_memory && id < began.size(); ++id) {
    EXPECT_EQ(began[id], 1) << "task " << id;
    EXPECT_EQ(ended[id], 1) << "task " << id;
  }
}

TEST_P(Contract, AHundredRunsBeginAndEnd) {
  for (int i = 0; i < 100; ++i) {
    AnyTrial run(GetParam());
    run.options.workers = GetParam().workers(2);
    run.start([](Task& task) -> Coroutine {
      co_await gather(task, sendables(4, [](Task& task) -> Coroutine {
        co_await io(task, kMs / 50);
        co_await step(task);
      }));
    });
    switch (i % 4) {
      case 0: run.executor.reset(); continue;  // before it began
      case 1:
        run.executor->poll(0);
        run.executor->cancel();
        break;
      case 2:
        for (int n = 0; n < i / 4; ++n) run.executor->poll(0);
        run.executor.reset();  // in mid-air
        continue;
      default: break;
    }
    run.finish();
    EXPECT_EQ(run.end.end, i % 4 == 1 ? RunEnd::cancelled : RunEnd::finished) << run.end.sentence;
  }
}

TEST_P(Contract, SaysWhatBodiesSay) {
  run.run([](Task& task) -> Coroutine {
    co_await gather(task, sendables(2, [](Task& task) -> Coroutine {
      task.port->say(task, TextRole::output, "hello");
      co_return;
    }));
  });
  EXPECT_EQ(run.texts(TextRole::output), (std::vector<std::string>{"hello", "hello"}));
}

INSTANTIATE_TEST_SUITE_P(Executors, Contract, ::testing::ValuesIn(every_candidate()),
                         [](const auto& info) { return info.param.name(); });

}  // namespace
}  // namespace interleave::testing
