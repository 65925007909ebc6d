// no_memory_test.cpp -- an allocation fails (RELIABILITY.md, the row of faults): the run ends with a sentence, and the next one works.
//
// Of a small run that uses a little of everything the n-th allocation fails, for n = 1, 2, ... until it needs no more. Each n in
// `./build.sh soak` (INTERLEAVE_EVERY_ALLOCATION=1); else all of the first fifty and then some.
#include <atomic>
#include <cstdlib>

#include "counted_memory.h"
#include "nursery.h"
#include "runtime/live_task.h"
#include "runtime/sync.h"

namespace interleave::testing {
namespace {

class NoMemory : public OfEachCandidate<AnyTrial> {
 protected:
  static bool one_memory() { return GetParam() != ExecutorKind::processes; }

  struct Objects {  // not main's: who waits for them may outlive it
    Lock lock;
    Queue<int> queue{1};
    Event event;
    std::atomic<bool> began = false;
  };
  static Coroutine a_little_of_everything(Task& task, Objects& objects) {
    Lock& lock = objects.lock;
    Queue<int>& queue = objects.queue;
    co_await gather(task, sendables(3, [&](Task& task) -> Coroutine {
      co_await io(task, kMs / 50);
      if (one_memory()) {
        co_await acquire(task, lock);
        co_await io(task, 0);
        co_await release(task, lock);
      }
      co_await compute(task, kMs / 100);
    }));
    auto child = sendable([](Task& task) -> Coroutine { co_await io(task, kMs / 50); });
    co_await spawn(task, child);
    co_await join(task, child);
    if (one_memory() && GetParam() != ExecutorKind::serial) {
      auto taker = sendable([&](Task& task) -> Coroutine { co_await get(task, queue); });
      co_await spawn(task, taker);
      co_await put(task, queue, 1);
      co_await put(task, queue, 2);
      co_await join(task, taker);
    }
    if (one_memory()) co_await to_thread(task, work([](Task& task) -> Coroutine { co_await block(task, kMs / 50); }));
    if (GetParam() == ExecutorKind::threads || GetParam() == ExecutorKind::gil) {  // what waits goes adrift
      auto hour = work([](Task& task) -> Coroutine { co_await io(task, kHour); });
      auto waiter = work([&objects, hour](Task& task) -> Coroutine {
        const auto waits = work([&objects](Task& task) -> Coroutine {
          co_await gather(task, all(work([&objects](Task& task) -> Coroutine {
            objects.began = true;
            co_await wait(task, objects.event);
          })));
        });
        try {
          co_await gather(task, all(waits, hour));
        } catch (const Cancelled&) {
        }
        co_await set(task, objects.event);
        co_await join(task, waits);
      });
      co_await spawn(task, waiter);
      for (int i = 0; i < 100 && !objects.began; ++i) co_await io(task, kMs / 50);
      co_await cancel(task, hour);
      if (!objects.began) co_await cancel(task, waiter);  // somebody lacked memory
      co_await gather_all(task, all(waiter));
    }
    bool late = false;
    try {
      co_await wait_for(task, sendable([](Task& task) -> Coroutine { co_await io(task, kHour); }), kMs / 50);
    } catch (const OperationFailed&) {
      late = true;
    }
    auto victim = sendable([](Task& task) -> Coroutine { co_await io(task, kHour); });
    co_await spawn(task, victim);
    co_await cancel(task, victim);
    co_await gather_all(task, all(victim));
    if (!late) throw OperationFailed{"The limit did not pass."};
  }
};

TEST_P(NoMemory, WhicheverAllocationFailsTheRunEndsAndTheNextOneWorks) {
  if (!OneFails::can()) GTEST_SKIP() << "memory is a sanitizer's";
  const char* const wanted = std::getenv("INTERLEAVE_EVERY_ALLOCATION");
  const std::int64_t all_of_the_first = wanted ? INT64_MAX : 50;
  bool failed = true;
  int told = 0;
  for (std::int64_t n = 1; failed && n < 100'000; n += n < all_of_the_first ? 1 : 1 + n / 40) {
    SCOPED_TRACE("allocation " + std::to_string(n));
    Objects objects, others;
    {
      AnyTrial run(GetParam());
      run.options.workers = GetParam().workers(2);
      const auto main = std::make_shared<NurseryRoot>([&](Task& task) { return a_little_of_everything(task, objects); });
      bool over = false;
      OneFails one(n);
      try {
        auto made = make_executor(run.options);
        run.executor = std::move(made.executor);
        run.executor->start(main, run.recorder);
      } catch (const std::bad_alloc&) {
        over = true;  // there was no run
      }
      for (const Nanos limit = run.options.clock->now() + 10'000 * kMs; !over && run.options.clock->now() < limit;)
        over = (run.end = run.executor->poll(kMs)).kind == Progress::Kind::done;
      ASSERT_TRUE(over) << "the run does not end";
      failed = one.has_failed();
      if (run.end.kind == Progress::Kind::done && run.end.end != RunEnd::finished) {
        ++told;
        // A task that failed for it may be missed by others, which then wait for ever.
        const auto errors = run.texts(TextRole::error);
        EXPECT_TRUE(run.end.sentence == kNoMemory || run.end.sentence.starts_with("No thread could be started") ||
                    (run.end.end == RunEnd::deadlock && std::ranges::count(errors, kNoMemory) > 0))
            << run.end.sentence;
        EXPECT_TRUE(run.end.end == RunEnd::failed || run.end.end == RunEnd::deadlock);
      }
      run.executor = nullptr;
    }
    ASSERT_FALSE(HasFailure());
    if (n % 8 != 1) continue;
    AnyTrial next(GetParam());
    next.options.workers = GetParam().workers(2);
    next.run([&](Task& task) { return a_little_of_everything(task, others); });
    ASSERT_EQ(next.end.end, RunEnd::finished) << next.end.sentence;
  }
  EXPECT_GT(told, 0);
}

INSTANTIATE_TEST_SUITE_P(Executors, NoMemory, ::testing::ValuesIn(every_candidate()), [](const auto& info) { return info.param.name(); });

}  // namespace
}  // namespace interleave::testing
