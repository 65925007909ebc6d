// Plain functions that fork: the same on every executor, whether there are thieves or not.
#include "runtime/fork_join.h"

#include <atomic>
#include <memory>
#include <numeric>

#include "support.h"

namespace interleave::testing {
namespace {

std::int64_t fib(Forks& forks, int n) {
  if (n < 2) return n;
  const auto [a, b] = both(forks, [n](Forks& forks) { return fib(forks, n - 1); },
                           [n](Forks& forks) { return fib(forks, n - 2); });
  return a + b;
}
constexpr std::int64_t kFib20 = 6'765, kForksOfFib20 = 10'945;

/// Forks that nobody can take.
struct NobodyElse final : ForkHost {
  Nanos edge() override {
    ++edges;
    return now += step;
  }
  void shared() override { ++shares; }
  void wait_for(ForkEnd&) override { ADD_FAILURE() << "nobody else is there"; }
  void wake(ForkHost&) override { ADD_FAILURE() << "nobody else is there"; }
  Nanos now = 0, step = 1;  ///< ns between two looks at the clock
  int edges = 0, shares = 0;
};

TEST(Forks, EveryForkAndJoinIsInTheTrace) {
  Recorder recorder(64u << 20);
  LaneRecorder& lane = recorder.lane(LaneKind::worker, "worker");
  NobodyElse host;
  Forks forks(host, lane, 64);
  forks.of_task(7);
  EXPECT_EQ(fib(forks, 20), kFib20);
  lane.at(host.edge(), EventKind::lane_ended);
  std::int64_t forked = 0, joined = 0, depth = 0;
  const auto lanes = decode(recorder);
  for (const auto& event : lanes.at(0)) {
    if (event.kind == EventKind::fork) ++forked, ++depth;
    if (event.kind == EventKind::join) ++joined, --depth;
    if (event.kind == EventKind::fork || event.kind == EventKind::join) {
      EXPECT_EQ(event.task, 7u);
      EXPECT_GE(depth, 0);
    }
  }
  EXPECT_EQ(forked, kForksOfFib20);
  EXPECT_EQ(joined, kForksOfFib20);
  EXPECT_GE(host.edges, 2 * kForksOfFib20 / 512) << "the clock is read at every 512th word at least";
  EXPECT_LE(host.edges, 2 * kForksOfFib20 / 400);
  EXPECT_EQ(host.shares, 0) << "nobody asked";
}

TEST(Forks, TheClockIsReadMoreOftenWhereFunctionsTakeLong) {
  Recorder recorder(64u << 20);
  NobodyElse host;
  host.step = kMs;
  Forks forks(host, recorder.lane(LaneKind::worker, "worker"), 64);
  EXPECT_EQ(fib(forks, 20), kFib20);
  EXPECT_GE(host.edges, 2 * kForksOfFib20 / 65);
  // From haste to that at once.
  host.step = 1;
  EXPECT_EQ(fib(forks, 20), kFib20);
  host.step = kMs;
  const int before = host.edges;
  while (host.edges == before) fib(forks, 2);  // at most 512 words
  const int at = host.edges;
  int words = 0;
  for (; host.edges == at; words += 2) fib(forks, 2);
  EXPECT_LE(words, 64 + 2);  // two at a time, and the look comes after 64
}

TEST(Forks, DeeperThanThereIsRoomTheyAreCalls) {
  Recorder recorder(64u << 20);
  NobodyElse host;
  Forks forks(host, recorder.lane(LaneKind::worker, "worker"), 3);
  EXPECT_EQ(fib(forks, 20), kFib20);
}

TEST(Forks, AFunctionThatThrowsTakesItsForkWithIt) {
  Recorder recorder(1u << 20);
  NobodyElse host;
  Forks forks(host, recorder.lane(LaneKind::worker, "worker"), 8);
  int f_ran = 0;
  EXPECT_THROW(both(forks, [&](Forks&) { ++f_ran; }, [](Forks&) { throw std::runtime_error("g"); }), std::runtime_error);
  EXPECT_EQ(f_ran, 0);
  EXPECT_EQ(forks.deque().pop(), nullptr);
  EXPECT_THROW(both(forks, [](Forks&) { throw std::runtime_error("f"); }, [](Forks&) { return 1; }), std::runtime_error);
  EXPECT_EQ(forks.deque().pop(), nullptr);
  EXPECT_EQ(fib(forks, 10), 55);
}

TEST(Forks, ResultsMayBeAnything) {
  Recorder recorder(1u << 20);
  NobodyElse host;
  Forks forks(host, recorder.lane(LaneKind::worker, "worker"), 8);
  const auto [text, nothing] = both(forks, [](Forks&) { return std::string("text"); }, [](Forks&) {});
  EXPECT_EQ(text, "text");
  EXPECT_EQ(nothing, std::monostate{});
}

class ForksOn : public OfEachCandidate<Trial> {
 protected:
  ForksOn() : OfEachCandidate(2) {}
};

TEST_P(ForksOn, TheResultIsRight) {
  std::int64_t result = 0;
  std::vector<int> visited(1'000);
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, all(work([&](Task& task) -> Coroutine {
                                result = fib(forks_of(task), 20);
                                co_return;
                              }),
                              work([&](Task& task) -> Coroutine {
                                each(forks_of(task), 0, 1'000, [&](Forks&, std::int64_t i) { ++visited[static_cast<std::size_t>(i)]; });
                                co_return;
                              })));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(result, kFib20);
  EXPECT_EQ(std::accumulate(visited.begin(), visited.end(), 0), 1'000);
  expect_well_formed(run);
}

TEST_P(ForksOn, ForksOfMainAreCalls) {
  std::int64_t result = 0;
  run.run([&](Task& task) -> Coroutine {
    result = fib(forks_of(task), 15);
    co_return;
  });
  EXPECT_EQ(result, 610);
  expect_well_formed(run);
}

/// What main is told that waits for such a task, for at most 5 ms.
std::string end_of_limited(Trial& run, std::function<Coroutine(Task&)> body) {
  std::string kind = "nothing";
  run.run([&](Task& task) -> Coroutine {
    // Again where the limit passed before it began: a busy machine.
    for (bool began = false; !began;) {
      kind = "nothing";
      auto limited = work([&](Task& task) {
        began = true;
        return body(task);
      });
      try {
        co_await wait_for(task, limited, 5 * kMs);
      } catch (const OperationFailed& failed) {
        kind = failed.kind;
      }
    }
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  expect_well_formed(run);
  return kind;
}

/// Forks until it is ended. Each leaf works a little, or the trace would not fit into wasm's memory.
void for_ever(Forks& forks) {
  for (;;)
    each(forks, 0, 64, [](Forks&, std::int64_t) {
      for (volatile int i = 0; i < 2'000;) i = i + 1;
    });
}

/// Forks a function that never ends, and waits until another worker has it.
void loses_one_for_ever(Task& task) {
  std::atomic<bool> taken = false;
  both(forks_of(task),
       [&](Forks& forks) {
         taken = true;
         for_ever(forks);
       },
       [&](Forks& forks) {
         while (!taken) each(forks, 0, 8, [](Forks&, std::int64_t) {});
       });
}

// Seen: a limit did not reach a function that another worker had taken, and its own worker waited for it for ever.
TEST_P(ForksOn, ALimitEndsAForkThatWasTaken) {
  EXPECT_EQ(end_of_limited(run, [&](Task& task) -> Coroutine {
              loses_one_for_ever(task);
              co_return;
            }),
            "TimeoutError");
  EXPECT_GE(run.outcomes()[Outcome::cancelled], 1);
}

// The cancel comes to its own worker first, and to the other by way of that.
TEST_P(ForksOn, ALimitEndsBothHalves) {
  std::atomic<bool> taken = false;
  EXPECT_EQ(end_of_limited(run, [&](Task& task) -> Coroutine {
              both(forks_of(task),
                   [&](Forks& forks) {
                     taken = true;
                     both(forks, for_ever, for_ever);
                   },
                   for_ever);
              co_return;
            }),
            "TimeoutError");
}

// A cancel is thrown once, whoever hears of it first.
TEST_P(ForksOn, WhoCatchesTheCancelOfATakenForkGoesOn) {
  std::atomic<bool> went_on = false;
  EXPECT_EQ(end_of_limited(run, [&](Task& task) -> Coroutine {
              try {
                loses_one_for_ever(task);
              } catch (const Cancelled&) {
              }
              co_await io(task, kMs);
              EXPECT_EQ(fib(forks_of(task), 15), 610);
              went_on = true;
            }),
            "nothing");
  EXPECT_TRUE(went_on);
}

// Seen: on stealing such a task ran to its end; on serial and on the loop it had none.
TEST_P(ForksOn, ALimitEndsATaskWhoseFunctionsFork) {
  std::string kind;
  run.run([&](Task& task) -> Coroutine {
    auto forks = work([](Task& task) -> Coroutine {
      for (;;)  // not so short ones that a limit which is late on a busy machine fills the memory with their trace
        each(forks_of(task), 0, 64, [](Forks&, std::int64_t) {
          for (volatile int i = 0; i < 500;) i = i + 1;
        });
      co_return;
    });
    try {
      co_await wait_for(task, forks, 5 * kMs);
    } catch (const OperationFailed& failed) {
      kind = failed.kind;
    }
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(kind, "TimeoutError");
  EXPECT_GE(run.outcomes()[Outcome::cancelled], 1);
}

// Seen: what it returned, or threw, was never freed.
TEST_P(ForksOn, WhatATakenForkLeavesIsFreedThoughNobodyWantsIt) {
  if (GetParam().kind != ExecutorKind::stealing) GTEST_SKIP() << "nobody takes it";
  const auto result = std::make_shared<int>(1);
  for (const bool throws : {false, true}) {
    Trial run(GetParam().kind);
    run.options.workers = 2;
    run.run([&](Task& task) -> Coroutine {
      co_await gather(task, all(work([&](Task& task) -> Coroutine {
        std::atomic<bool> taken = false;
        try {
          both(forks_of(task),
               [&](Forks&) {
                 taken = true;
                 if (throws) throw result;
                 return result;
               },
               [&](Forks& forks) {
                 while (!taken) each(forks, 0, 8, [](Forks&, std::int64_t) {});
                 throw std::runtime_error("g");
               });
        } catch (const std::runtime_error&) {
        }
        co_return;
      })));
    });
    EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
    EXPECT_EQ(result.use_count(), 1);
  }
}

TEST_P(ForksOn, AnExceptionReachesWhoeverForked) {
  std::string seen;
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, all(work([&](Task& task) -> Coroutine {
      try {
        each(forks_of(task), 0, 2'000, [](Forks&, std::int64_t i) {
          if (i == 1'234) throw std::runtime_error("1234");
        });
      } catch (const std::runtime_error& e) {
        seen = e.what();
      }
      co_return;
    })));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(seen, "1234");
}

INSTANTIATE_TEST_SUITE_P(Executors, ForksOn, ::testing::ValuesIn(candidates_with_one_memory()),
                         [](const auto& info) { return info.param.name(); });

}  // namespace
}  // namespace interleave::testing
