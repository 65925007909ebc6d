// P7 of RELIABILITY.md: what is over takes no memory, neither inside of a run nor from run to run.
#include <algorithm>

#include "counted_memory.h"
#include "nursery.h"
#include "runtime/sync.h"

namespace interleave::testing {
namespace {

class Memory : public OfEachCandidate<AnyTrial> {
 protected:
  static bool one_memory() { return GetParam() != ExecutorKind::processes; }
};

// Seen: a limit that was kept stayed, with its alarm and its task, until its time.
TEST_P(Memory, LimitsThatAreKeptLeaveNothingBehind) {
  if (!one_memory()) GTEST_SKIP() << "messages under way are counted, too";
  std::int64_t before = 0, after = 0;
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, sendables(1, [&](Task& task) -> Coroutine {
      auto limited = [](Task& task, int times) -> Coroutine {
        for (int i = 0; i < times; ++i) {
          co_await wait_for(task, work([](Task& task) -> Coroutine { co_await step(task); }), kHour);
          auto alarm = std::make_shared<Alarm>();
          co_await arm(task, alarm, kHour);
          alarm->disarm();
        }
      };
      co_await gather(task, all(work([&](Task& task) { return limited(task, 300); })));
      before = memory_in_use().blocks;
      co_await gather(task, all(work([&](Task& task) { return limited(task, 6'000); })));
      // The coordinator keeps the alarms, and may be behind: when one of them has rung it has seen those before.
      try {
        co_await wait_for(task, work([](Task& task) -> Coroutine { co_await io(task, kHour); }), kMs);
      } catch (const OperationFailed&) {
      }
      after = memory_in_use().blocks;
    }));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_LT(after - before, 8'000) << "of 12,000 limits, with two and a half each: 30,000 if none is taken out";
}

TEST_P(Memory, OfARunNothingStaysHoweverManyThereAre) {
  auto one = [] {
    AnyTrial run(GetParam().kind);
    run.options.workers = GetParam().workers(2);
    run.run([&](Task& task) -> Coroutine {
      Lock lock;
      co_await gather(task, sendables(4, [](Task& task) -> Coroutine {
        co_await io(task, kMs / 20);
        co_await compute(task, kMs / 50);
      }));
      auto late = sendable([](Task& task) -> Coroutine { co_await io(task, kHour); });
      try {
        co_await wait_for(task, late, kMs / 10);
      } catch (const OperationFailed&) {
      }
      if (one_memory()) {
        co_await gather(task, times(3, [&](Task& task) -> Coroutine {
          co_await acquire(task, lock);
          co_await io(task, 0);
          co_await release(task, lock);
        }));
        auto bad = work([](Task&) -> Coroutine {
          throw OperationFailed{"boom"};
          co_return;
        });
        co_await gather_all(task, all(bad));
      }
      co_await spawn(task, sendable([](Task& task) -> Coroutine { co_await io(task, kHour); }));
    });
    EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  };
  // Which thread keeps which block hangs on the moment; so the least of the last ten is held against the most of the first.
  std::int64_t first = 0, last = INT64_MAX;
  for (int i = 0; i < 200; ++i) {
    one();
    const std::int64_t bytes = memory_in_use().bytes;
    if (i >= 10 && i < 20) first = std::max(first, bytes);
    if (i >= 190) last = std::min(last, bytes);
  }
  EXPECT_LE(last, first);
}

INSTANTIATE_TEST_SUITE_P(Executors, Memory, ::testing::ValuesIn(every_candidate()), [](const auto& info) { return info.param.name(); });

}  // namespace
}  // namespace interleave::testing
