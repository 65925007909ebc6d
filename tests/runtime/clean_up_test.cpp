// What lives when main ends is cancelled, as under asyncio.run, and may clean up: for ten seconds at the most.
#include "fake_clock.h"
#include "support.h"

namespace interleave::testing {
namespace {

/// A task that is cancelled when main ends, and then does this.
std::shared_ptr<Work> cleans_up(std::function<Coroutine(Task&)> how) {
  return work([how](Task& task) -> Coroutine {
    bool told = false;
    try {
      co_await io(task, kHour);
    } catch (const Cancelled&) {
      told = true;
    }
    auto last = work(how);
    if (told) co_await gather(task, all(last));
  });
}

/// How long the run takes after main, on a clock that jumps.
Nanos takes_to_clean_up(Trial& run, std::function<Coroutine(Task&)> how) {
  run.use_fake_clock();
  const Nanos begin = run.options.clock->now();
  run.start([how](Task& task) -> Coroutine {
    auto child = cleans_up(how);
    co_await spawn(task, child);
    co_await io(task, kMs);
  });
  run.finish(kForever);
  return run.options.clock->now() - begin - kMs;
}

TEST(CleanUp, IsWaitedFor) {
  Trial run(ExecutorKind::loop);
  bool cleaned = false;
  const Nanos took = takes_to_clean_up(run, [&](Task& task) -> Coroutine {
    co_await io(task, 3'000 * kMs);
    cleaned = true;
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_TRUE(cleaned);
  EXPECT_EQ(took, 3'000 * kMs);
  EXPECT_TRUE(run.texts(TextRole::notice).empty());
}

TEST(CleanUp, EndsAfterTenSecondsHoweverItGoesOn) {
  const std::vector<std::function<Coroutine(Task&)>> ways = {
      [](Task& task) -> Coroutine { co_await io(task, kHour); },
      [](Task& task) -> Coroutine { co_await block(task, kHour); },
      [](Task& task) -> Coroutine { co_await compute(task, kHour); },
      [](Task& task) -> Coroutine {
        for (;;) co_await compute(task, kMs);
      },
  };
  for (std::size_t way = 0; way < ways.size(); ++way) {
    SCOPED_TRACE(way);
    Trial run(ExecutorKind::loop);
    const Nanos took = takes_to_clean_up(run, ways[way]);
    EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
    EXPECT_GE(took, 10'000 * kMs);
    EXPECT_LT(took, 10'100 * kMs);
    ASSERT_EQ(run.texts(TextRole::notice).size(), 1u);
    EXPECT_NE(run.texts(TextRole::notice).front().find("ten seconds"), std::string::npos);
  }
}

// Nobody else waits for what is made so late; it is cancelled with the run.
TEST(CleanUp, DoesNotWaitForWhatIsMadeThenAndNobodyWaitsFor) {
  for (const auto kind : {ExecutorKind::loop, ExecutorKind::threads, ExecutorKind::gil, ExecutorKind::stealing}) {
    SCOPED_TRACE(id_of(kind));
    Trial run(kind);
    if (kind != ExecutorKind::loop) run.options.workers = kind == ExecutorKind::stealing ? 2 : 8;  // there no more than cores, or that is a notice
    if (!run.make()) continue;  // no threads here
    const Nanos begin = run.options.clock->now();
    std::atomic<bool> made = false;
    run.run([&](Task& task) -> Coroutine {
      auto child = work([&](Task& task) -> Coroutine {
        bool told = false;
        try {
          co_await io(task, kHour);
        } catch (const Cancelled&) {
          told = true;
        }
        if (!told) co_return;
        auto late = work([](Task& task) -> Coroutine { co_await io(task, kHour); });
        co_await spawn(task, late);
        made = true;
      });
      co_await spawn(task, child);
      co_await io(task, 5 * kMs);
    });
    EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
    EXPECT_TRUE(made);
    EXPECT_LT(run.options.clock->now() - begin, 8'000 * kMs) << "it waits for nobody's task";
    EXPECT_TRUE(run.texts(TextRole::notice).empty());
  }
}

TEST(Timeouts, ReachOnSerialAlsoWhoeverOnlyAwaitsWhatIsThere) {
  for (const bool steps : {false, true}) {
    Trial run(ExecutorKind::serial);
    run.use_fake_clock();
    bool time_is_up = false;
    run.run([&](Task& task) -> Coroutine {
      auto spins = work([steps](Task& task) -> Coroutine {
        for (;;) {
          co_await block(task, kMs);
          if (steps) co_await step(task);
          else co_await io(task, 0);
        }
      });
      try {
        co_await wait_for(task, spins, 50 * kMs);
      } catch (const OperationFailed& failed) {
        time_is_up = failed.kind == std::string_view("TimeoutError");
      }
    });
    EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
    EXPECT_TRUE(time_is_up) << steps;
  }
}

}  // namespace
}  // namespace interleave::testing
