// to_thread() on the loop: a thread of its own, and the loop goes on.
#include <atomic>
#include <thread>

#include "../support.h"
#include "runtime/sync.h"

namespace interleave::testing {
namespace {

class ToThread : public ::testing::Test {
 protected:
  /// The lanes of helpers, by name; and who ran in each.
  std::map<std::string, std::set<TaskId>> helpers() const {
    auto found = who_ran_where(run);
    std::erase_if(found, [](const auto& each) { return !each.first.starts_with("to_thread"); });
    return found;
  }
  Trial run{ExecutorKind::loop};
};

TEST_F(ToThread, BlocksALaneOfItsOwnWhileTheLoopGoesOn) {
  std::thread::id loop_thread, other_thread;
  std::atomic<bool> blocking = false;
  int rounds = 0;
  run.run([&](Task& task) -> Coroutine {
    loop_thread = std::this_thread::get_id();
    auto off = work([&](Task& task) -> Coroutine {
      co_await to_thread(task, work([&](Task& task) -> Coroutine {
        other_thread = std::this_thread::get_id();
        blocking = true;
        co_await block(task, 30 * kMs);
        blocking = false;
      }));
    });
    co_await spawn(task, off);
    while (!blocking) co_await io(task, kMs / 10);
    while (blocking) {
      co_await io(task, kMs);
      ++rounds;
    }
    co_await join(task, off);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_NE(loop_thread, other_thread);
  EXPECT_GT(rounds, 1) << "the loop was not held";
  EXPECT_EQ(run.fact(Fact::loop_blocked_ns), -1);
  EXPECT_EQ(run.fact(Fact::cores), 1 + 2) << "said twice: one, then two";
  ASSERT_EQ(helpers().size(), 1u);
  EXPECT_EQ(helpers().begin()->first, "to_thread 1");
  EXPECT_EQ(helpers().begin()->second.size(), 1u);
  expect_well_formed(run);
}

TEST_F(ToThread, AllWhoWaitForOneTaskOffTheLoopAreTold) {  // only the first was
  int told = 0;
  run.run([&](Task& task) -> Coroutine {
    std::atomic<bool> may_end = false;
    const auto off = work([&](Task& task) -> Coroutine {
      while (!may_end) co_await io(task, kMs / 10);
    });
    std::vector<std::shared_ptr<Work>> all;
    all.push_back(work([&](Task& task) -> Coroutine {
      co_await to_thread(task, off);
      ++told;
    }));
    all.push_back(work([&](Task& task) -> Coroutine {
      co_await join(task, off);
      ++told;
    }));
    all.push_back(work([&](Task& task) -> Coroutine {
      std::vector<std::shared_ptr<Work>> one{off};
      co_await gather(task, std::move(one));
      ++told;
    }));
    all.push_back(work([&](Task&) -> Coroutine {
      may_end = true;
      co_return;
    }));
    co_await gather(task, std::move(all));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(told, 3);
  expect_well_formed(run);
}

TEST_F(ToThread, ABlockingCallOnTheLoopIsCounted) {
  run.run([](Task& task) -> Coroutine {
    co_await gather(task, times(2, [](Task& task) -> Coroutine { co_await block(task, 3 * kMs); }));
  });
  EXPECT_GE(run.fact(Fact::loop_blocked_ns), 6 * kMs);
  EXPECT_TRUE(helpers().empty());
}

TEST_F(ToThread, ComputesBringsResultsAndFailuresHomeAndUsesAThreadAgain) {
  std::vector<std::int64_t> sums;
  std::string caught;
  run.run([&](Task& task) -> Coroutine {
    for (int i = 0; i < 5; ++i)
      co_await to_thread(task, work([&](Task& task) -> Coroutine {
        co_await compute(task, kMs / 10);
        sums.push_back((co_await sum_range(task, 0, 1'000)).number);
      }));
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
  EXPECT_EQ(sums, std::vector<std::int64_t>(5, 499'500));
  EXPECT_EQ(caught, "boom");
  EXPECT_EQ(run.outcomes()[Outcome::finished], 5);
  EXPECT_EQ(run.outcomes()[Outcome::failed], 1);
  EXPECT_EQ(helpers().size(), 1u);
  expect_well_formed(run);
}

TEST_F(ToThread, HasAsManyThreadsAsBlockAtOnceAndNoMoreThanMayBe) {
  run.options.max_workers = 3;
  std::atomic<int> at_once = 0, most = 0;
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, times(7, [&](Task& task) -> Coroutine {
      co_await to_thread(task, work([&](Task& task) -> Coroutine {
        const int now = ++at_once;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {}
        co_await block(task, 5 * kMs);
        --at_once;
      }));
    }));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(most, 3);
  EXPECT_EQ(helpers().size(), 3u);
  EXPECT_EQ(run.outcomes()[Outcome::finished], 14);
  expect_well_formed(run);
}

TEST_F(ToThread, ACancelAndALimitEndItsWaitsAndItsWork) {
  int timeouts = 0, cancelled = 0;
  run.run([&](Task& task) -> Coroutine {
    for (const bool blocks : {true, false}) {
      auto body = [blocks](Task& task) -> Coroutine {
        if (blocks) co_await block(task, kHour);
        else co_await compute(task, kHour);
      };
      auto off = [body](Task& task) -> Coroutine { co_await to_thread(task, work(body)); };
      try {
        co_await wait_for(task, work(off), 5 * kMs);
      } catch (const OperationFailed& failed) {
        timeouts += failed.kind == std::string("TimeoutError");
      }
      auto victim = work(off);
      co_await spawn(task, victim);
      co_await io(task, 2 * kMs);
      co_await cancel(task, victim);
      co_await gather_all(task, all(victim));
      cancelled += (co_await status(task, victim)).number == static_cast<int>(TaskStatus::cancelled);
    }
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(timeouts, 2);
  EXPECT_EQ(cancelled, 2);
  expect_well_formed(run);
}

TEST_F(ToThread, ACancelOfWhatNoThreadHasTakenYetIsHeardAtOnce) {
  for (const int loops : {1, 2}) {
    Trial run{ExecutorKind::loop};
    run.options.workers = run.options.max_workers = loops;
    ASSERT_TRUE(run.make());
    std::atomic<bool> may_end = false, asks = false, began = false;
    std::atomic<int> taken = 0;
    bool heard = false;
    run.run([&](Task& task) -> Coroutine {
      std::vector<std::shared_ptr<Work>> busy;
      for (int i = 0; i < run.options.max_workers; ++i)
        busy.push_back(work([&](Task& task) -> Coroutine {
          co_await to_thread(task, work([&](Task& task) -> Coroutine {
            ++taken;
            while (!may_end) co_await block(task, kMs / 10);
          }));
        }));
      for (const auto& each : busy) co_await spawn(task, each);
      while (taken < run.options.max_workers) co_await io(task, kMs / 10);
      const auto queued = work([&](Task& task) -> Coroutine {
        asks = true;
        co_await to_thread(task, work([&](Task&) -> Coroutine {
          began = true;
          co_return;
        }));
      });
      co_await spawn(task, queued);
      while (!asks) co_await io(task, kMs / 10);
      co_await cancel(task, queued);
      try {
        co_await join(task, queued);
      } catch (const Cancelled&) {
        heard = true;
      }
      EXPECT_FALSE(may_end) << "else it may have been heard for that";
      may_end = true;
      co_await gather(task, busy);
    });
    EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
    EXPECT_TRUE(heard);
    EXPECT_FALSE(began);
    expect_well_formed(run);
  }
}

TEST_F(ToThread, TheLoopsTasksAndObjectsAreRefusedInASentence) {
  std::vector<std::string> refused;
  run.run([&](Task& task) -> Coroutine {
    Event event;
    co_await to_thread(task, work([&](Task& task) -> Coroutine {
      try {
        co_await set(task, event);
      } catch (const OperationFailed& failed) {
        refused.push_back(failed.sentence);
      }
      try {
        co_await spawn(task, work([](Task&) -> Coroutine { co_return; }));
      } catch (const OperationFailed& failed) {
        refused.push_back(failed.sentence);
      }
    }));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  ASSERT_EQ(refused.size(), 2u);
  EXPECT_EQ(refused[0], "Tasks, locks, events and queues belong to the event loop: a function in to_thread() cannot use them.");
}

TEST_F(ToThread, ARunEndsWhateverItsThreadsDo) {
  runs_end_whatever_is_off_the_loop([] { return std::make_unique<Trial>(ExecutorKind::loop); });
}

TEST_F(ToThread, WhereNoThreadCanBeStartedTheLoopRunsItAndItsWaitsHoldNobody) {
  run.options.may_start_thread = [](int) { return false; };
  what_stays_on_the_loop_blocks_nobody(run);
  EXPECT_TRUE(helpers().empty());
}

// Seen: it was asked again for each task.
TEST_F(ToThread, ASystemThatRefusesAThreadIsAskedOnceAndTheRunSaysSo) {
  std::atomic<int> asked = 0;
  run.options.may_start_thread = [&](int) { return asked++ < 2; };
  run.run([](Task& task) -> Coroutine {
    co_await gather(task, times(20, [](Task& task) -> Coroutine {
      co_await to_thread(task, work([](Task& task) -> Coroutine { co_await block(task, kMs); }));
    }));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(asked, 3);
  EXPECT_EQ(run.texts(TextRole::notice),
            std::vector<std::string>{"The system refused one more thread for to_thread(): the rest of its tasks wait until one of 2 is free."});
  expect_well_formed(run);
}

}  // namespace
}  // namespace interleave::testing
