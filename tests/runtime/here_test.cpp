// What a loop's tasks do without a call to the executor: items of queues, and events that are shown at the end of a turn.
#include <memory>
#include <string>

#include "runtime/executor.h"
#include "runtime/sync.h"
#include "support.h"

namespace interleave::testing {
namespace {

/// Runs it on a loop whose time jumps.
void on_loop(Recorder& recorder, std::function<Coroutine(Task&)> main) {
  FakeClock clock;
  RunOptions options;
  options.kind = ExecutorKind::loop;
  options.compute_rate = 1;
  options.clock = &clock;
  auto made = make_executor(options);
  made.executor->start(root(std::move(main)), recorder);
  while (made.executor->poll(kForever).kind != Progress::Kind::done) {}
}

bool is_shown(const Recorder& recorder, EventKind kind, TaskId task) {
  for (const auto& lane : decode(recorder))
    for (const Recorded& event : lane)
      if (event.kind == kind && event.task == task) return true;
  return false;
}

TEST(Here, AQueueKeepsItsOrderWhileItGrowsAndGoesRound) {
  Recorder recorder(1 << 20);
  int next = 0;
  on_loop(recorder, [&](Task& task) -> Coroutine {
    Queue<std::unique_ptr<int>> queue;
    int made = 0;
    for (int round = 1; round <= 40; ++round) {
      for (int i = 0; i < round; ++i) co_await put(task, queue, std::make_unique<int>(made++));
      for (int i = 0; i < round - 1; ++i) EXPECT_EQ(*co_await get(task, queue), next++);
    }
    while (next < made) EXPECT_EQ(*co_await get(task, queue), next++);
    Queue<bool> flags(3);
    for (const bool flag : {true, false, true}) co_await put(task, flags, flag);
    EXPECT_TRUE(co_await get(task, flags));
    EXPECT_FALSE(co_await get(task, flags));
    EXPECT_TRUE(co_await get(task, flags));
  });
  EXPECT_EQ(next, 820);
}

TEST(Here, WhoeverLooksOnSeesWhoRunsAndWhatTheOthersDidBefore) {
  Recorder recorder(1 << 20);
  int looked = 0;
  on_loop(recorder, [&](Task& task) -> Coroutine {
    Queue<int> queue;
    TaskId getter = kNoTask;
    co_await gather(task, all(work([&](Task& task) -> Coroutine {
                                getter = task.id;
                                co_await get(task, queue);
                                // A turn that is nothing but stores: it is shown before the body goes on.
                                EXPECT_TRUE(is_shown(recorder, EventKind::wake, getter));
                                ++looked;
                              }),
                              work([&](Task& task) -> Coroutine {
                                EXPECT_TRUE(is_shown(recorder, EventKind::wait, getter)) << "the turn before has ended";
                                EXPECT_TRUE(is_shown(recorder, EventKind::run, task.id));
                                ++looked;
                                co_await put(task, queue, 1);
                              })));
  });
  EXPECT_EQ(looked, 2);
}

TEST(Here, ASpawnAndAnEndAreShownBeforeAnotherBodyGoesOnAndWhatIsLongIsBegun) {
  Recorder recorder(1 << 20);
  int looked = 0;
  on_loop(recorder, [&](Task& task) -> Coroutine {
    co_await gather(task, all(work([&](Task& task) -> Coroutine {
                      const TaskId maker = task.id;
                      auto child = work([&, maker](Task& task) -> Coroutine {
                        EXPECT_TRUE(is_shown(recorder, EventKind::spawn, task.id));
                        EXPECT_TRUE(is_shown(recorder, EventKind::ready, task.id));
                        EXPECT_TRUE(is_shown(recorder, EventKind::wait, maker));
                        ++looked;
                        co_return;
                      });
                      co_await spawn(task, child);
                      const TaskId id = child->task->id;
                      co_await join(task, child);
                      EXPECT_TRUE(is_shown(recorder, EventKind::done, id));
                      EXPECT_TRUE(is_shown(recorder, EventKind::wake, maker));
                      auto other = work([](Task&) -> Coroutine { co_return; });
                      co_await spawn(task, other);
                      co_await safepoint(task);
                      EXPECT_TRUE(is_shown(recorder, EventKind::spawn, other->task->id));
                      ++looked;
                    })));
  });
  EXPECT_EQ(looked, 2);
}

TEST(Here, WhatTheLastTurnOfAPollDidIsShownWhenThePollReturns) {
  FakeClock clock;
  Recorder recorder(1 << 20);
  RunOptions options;
  options.kind = ExecutorKind::loop;
  options.compute_rate = 1;
  options.clock = &clock;
  std::size_t waits = 0, polls = 0;
  auto made = make_executor(options);
  made.executor->start(root([&](Task& task) -> Coroutine {
                         Queue<int> there(1), back(1);
                         auto side = [&](Queue<int>& from, Queue<int>& to, bool first) {
                           return work([&waits, &from, &to, first](Task& task) -> Coroutine {
                             if (first) co_await put(task, to, 0);
                             for (int i = 0; i < 300; ++i) {
                               ++waits;
                               co_await get(task, from);
                               if (!first || i < 299) co_await put(task, to, i);
                             }
                           });
                         };
                         co_await gather(task, all(side(back, there, true), side(there, back, false)));
                       }),
                       recorder);
  while (made.executor->poll(0).kind != Progress::Kind::done) {
    ++polls;
    std::size_t shown = 0;
    for (const auto& lane : decode(recorder))
      for (const Recorded& event : lane) shown += event.kind == EventKind::wait && event.task != kRootTask;
    // The second finds an item at its first get, which does not wait.
    ASSERT_LE(waits, shown + 1) << "after poll " << polls;
  }
  EXPECT_EQ(waits, 600u);
  EXPECT_GT(polls, 5u);
}

TEST(Here, AWakeOfMainIsNotShownBeforeItsCause) {
  Recorder recorder(1 << 20);
  bool looked = false;
  on_loop(recorder, [&](Task& task) -> Coroutine {
    Queue<int> queue;
    const auto giver = work([&](Task& task) -> Coroutine {
      co_await put(task, queue, 1);
      EXPECT_TRUE(is_shown(recorder, EventKind::wake, kRootTask));
      EXPECT_TRUE(is_shown(recorder, EventKind::sync, task.id));
      looked = true;
    });
    co_await spawn(task, giver);
    EXPECT_EQ(co_await get(task, queue), 1);
    co_await join(task, giver);
  });
  EXPECT_TRUE(looked);
}

}  // namespace
}  // namespace interleave::testing
