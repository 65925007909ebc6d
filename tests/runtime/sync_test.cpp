// Locks, semaphores, events and queues: on the loop in asyncio's order (printed by asyncio_order.py under CPython 3.11),
// and what all executors promise.
#include <atomic>

#include "loop_order.h"
#include "nursery.h"
#include "runtime/sync.h"

namespace interleave::testing {
namespace {

// -- The loop's order --------------------------------------------------------------------------------------------------

TEST(LoopOrder, Lock) {
  EXPECT_EQ(order_on_loop([](Task& task, Said say) -> Coroutine {
              Lock lock;
              auto user = [&lock, say](std::string name, Waits waits) {
                return work([&lock, say, name, waits](Task& task) -> Coroutine {
                  for (std::size_t i = 0; i < waits.size(); ++i) {
                    co_await acquire(task, lock);
                    say(name + std::to_string(i));
                    co_await io(task, waits[i]);
                    co_await release(task, lock);
                    say(name + "-");
                  }
                });
              };
              co_await gather(task, all(user("a", pauses(0, 0)), user("b", pauses(kMs, 0)), steps(say, "s", pauses(0, 0, 0, 0)), user("c", pauses(0))));
              say("main");
            }),
            "a0 s0 a- s1 b0 s2 s3 s4 b- c0 c- a1 a- b1 b- main");
}

TEST(LoopOrder, Semaphore) {
  EXPECT_EQ(order_on_loop([](Task& task, Said say) -> Coroutine {
              Semaphore some(0);
              auto user = [&some, say](std::string name, Waits before) {
                return work([&some, say, name, before](Task& task) -> Coroutine {
                  for (const Nanos wait : before) co_await io(task, wait);
                  say(name + "?");
                  co_await acquire(task, some);
                  say(name + "!");
                });
              };
              auto giver = [&some, say] {
                return work([&some, say](Task& task) -> Coroutine {
                  co_await io(task, 0);
                  co_await release(task, some);
                  co_await release(task, some);
                  say("gave");
                });
              };
              co_await gather(task, all(user("a", pauses()), giver(), user("b", pauses(0)), user("c", pauses(0, 0)), steps(say, "s", pauses(0, 0, 0, 0)),
                                        user("d", pauses(0, 0, 0, 0, 0)), giver()));
              say("main");
            }),
            "a? s0 gave b? s1 gave a! c? s2 b! s3 c! s4 d? d! main");
}

TEST(LoopOrder, Event) {
  EXPECT_EQ(order_on_loop([](Task& task, Said say) -> Coroutine {
              Event event;
              auto waiter = [&event, say](std::string name) {
                return work([&event, say, name](Task& task) -> Coroutine {
                  co_await wait(task, event);
                  say(name);
                  co_await wait(task, event);
                  say(name + name);
                });
              };
              auto setter = work([&event, say](Task& task) -> Coroutine {
                co_await io(task, 0);
                co_await set(task, event);
                co_await clear(task, event);
                say("pulse");
                co_await io(task, 0);
                co_await io(task, 0);
                co_await set(task, event);
                say("set");
              });
              co_await gather(task, all(waiter("a"), waiter("b"), setter, steps(say, "s", pauses(0, 0, 0, 0))));
              say("main");
            }),
            "s0 pulse s1 a b s2 set s3 aa bb s4 main");
}

TEST(LoopOrder, Queue) {
  EXPECT_EQ(order_on_loop([](Task& task, Said say) -> Coroutine {
              Queue<std::string> queue(2);
              auto producer = [&queue, say](std::string name) {
                return work([&queue, say, name](Task& task) -> Coroutine {
                  for (int i = 0; i < 4; ++i) {
                    const std::string item = name + std::to_string(i);
                    co_await put(task, queue, item);
                    say("+" + item);
                  }
                  co_await join(task, queue);
                  say("joined");
                  say(name);
                });
              };
              auto consumer = [&queue, say](std::string name, Waits waits) {
                return work([&queue, say, name, waits](Task& task) -> Coroutine {
                  for (const Nanos wait : waits) {
                    const std::string item = co_await get(task, queue);
                    say(name + ":" + item);
                    co_await task_done(task, queue);
                    co_await io(task, wait);
                  }
                });
              };
              co_await gather(task, all(consumer("x", pauses(0, 0, kMs)), producer("p"), producer("q"), consumer("y", pauses(0, kMs, 0, 0, 0))));
              say("main");
            }),
            "+p0 +p1 y:p0 x:p1 +p2 +p3 y:p2 +q0 x:p3 +q1 x:q0 +q2 y:q1 +q3 y:q2 y:q3 joined p joined q main");
}

TEST(LoopOrder, AGetterThatFindsAnotherWasFasterGoesToTheEnd) {
  EXPECT_EQ(order_on_loop([](Task& task, Said say) -> Coroutine {
              Queue<int> queue;
              auto getter = [&queue, say](std::string name, Waits before) {
                return work([&queue, say, name, before](Task& task) -> Coroutine {
                  for (const Nanos wait : before) co_await io(task, wait);
                  const int item = co_await get(task, queue);
                  say(name + ":" + std::to_string(item));
                });
              };
              auto putter = work([&queue, say](Task& task) -> Coroutine {
                co_await io(task, 0);
                co_await put(task, queue, 1);
                say("put1");
                co_await io(task, 0);
                co_await io(task, 0);
                co_await put(task, queue, 2);
                co_await put(task, queue, 3);
                say("put23");
              });
              co_await gather(task, all(getter("a", pauses()), getter("b", pauses()), putter, getter("c", pauses(0))));
              say("main");
            }),
            "put1 c:1 put23 b:2 a:3 main");
}

// -- All executors -----------------------------------------------------------------------------------------------------

class Synchronised : public OfEachCandidate<AnyTrial> {
 protected:
  bool one_at_a_time() const { return GetParam() == ExecutorKind::serial; }
};

/// What is done to the objects, in time order per task.
std::map<SyncMark, int> marks(const Trial& run) {
  std::map<SyncMark, int> count;
  for (const auto& lane : run.lanes())
    for (const auto& event : lane)
      if (event.kind == EventKind::sync) ++count[mark_of(event.argument)];
  return count;
}

TEST_P(Synchronised, ALockLetsOneInAtATime) {
  std::atomic<int> inside = 0, most = 0, times_in = 0;
  run.run([&](Task& task) -> Coroutine {
    Lock lock;
    co_await gather(task, times(20, [&](Task& task) -> Coroutine {
      for (int i = 0; i < 10; ++i) {
        co_await acquire(task, lock);
        most = std::max(most.load(), ++inside);
        ++times_in;
        co_await io(task, i % 3 == 0 ? kMs / 50 : 0);
        co_await compute(task, kMs / 100);
        --inside;
        co_await release(task, lock);
      }
    }));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(most, 1);
  EXPECT_EQ(times_in, 200);
  auto count = marks(run);
  EXPECT_EQ(count[SyncMark::takes], 200);
  EXPECT_EQ(count[SyncMark::gives], 200);
  expect_well_formed(run);
}

TEST_P(Synchronised, ASemaphoreLetsAsManyInAsItHasPermits) {
  std::atomic<int> inside = 0, most = 0;
  run.run([&](Task& task) -> Coroutine {
    Semaphore two(2);
    co_await gather(task, times(30, [&](Task& task) -> Coroutine {
      co_await acquire(task, two);
      const int now = ++inside;
      for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {}
      // Until somebody else has been in, too, however slow the machine is; where one runs at a time nobody will be.
      do {
        co_await io(task, kMs / 20);
      } while (most < 2 && !one_at_a_time());
      --inside;
      co_await release(task, two);
    }));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(most, one_at_a_time() ? 1 : 2);
  expect_well_formed(run);
}

TEST_P(Synchronised, MainTakesPart) {
  std::vector<int> seen;
  run.run([&](Task& task) -> Coroutine {
    Lock lock;
    Queue<int> to(1), back(1);
    Event done;
    auto echo = work([&](Task& task) -> Coroutine {
      co_await acquire(task, lock);
      for (int i = 0; i < 50; ++i) {
        const int item = co_await get(task, to);
        co_await put(task, back, item * 2);
      }
      co_await release(task, lock);
      co_await set(task, done);
    });
    co_await spawn(task, echo);
    for (int i = 0; i < 50; ++i) {
      co_await put(task, to, i);
      seen.push_back(co_await get(task, back));
    }
    co_await acquire(task, lock);
    co_await wait(task, done);
    co_await join(task, echo);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  ASSERT_EQ(seen.size(), 50u);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], 2 * i);
  expect_well_formed(run);
}

TEST_P(Synchronised, AQueueLosesNothingAndKeepsItsOrder) {
  constexpr int kItems = 400;
  std::vector<std::vector<int>> got(2);
  std::size_t largest = 0;
  run.run([&](Task& task) -> Coroutine {
    Queue<int> queue(one_at_a_time() ? 0 : 3);
    std::vector<std::shared_ptr<Work>> works;
    works.push_back(work([&](Task& task) -> Coroutine {
      for (int i = 0; i < kItems; ++i) co_await put(task, queue, i);
      for (int i = 0; i < 2; ++i) co_await put(task, queue, -1);
    }));
    for (auto& mine : got)
      works.push_back(work([&](Task& task) -> Coroutine {
        for (;;) {
          const int item = co_await get(task, queue);
          if (item < 0) break;
          mine.push_back(item);
        }
      }));
    co_await gather(task, works);
    const Operation size = co_await Perform(task, sync_operation(queue, SyncAct::size));
    largest = static_cast<std::size_t>(size.number);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(largest, 0u);
  std::vector<int> all;
  for (const auto& mine : got) {
    EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
    all.insert(all.end(), mine.begin(), mine.end());
  }
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), static_cast<std::size_t>(kItems));
  for (int i = 0; i < kItems; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)], i);
  expect_well_formed(run);
}

TEST_P(Synchronised, AnEventWakesAllThatWait) {
  std::atomic<int> woken = 0;
  run.run([&](Task& task) -> Coroutine {
    Event event;
    auto waiters = times(2, [&](Task& task) -> Coroutine {
      co_await wait(task, event);
      ++woken;
    });
    for (const auto& waiter : waiters) co_await spawn(task, waiter);
    co_await io(task, kMs);
    co_await set(task, event);
    co_await gather(task, waiters);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(woken, 2);
  expect_well_formed(run);
}

TEST_P(Synchronised, WaitersAreWokenInOrderAndTheTraceSaysByWhom) {
  std::vector<int> order;
  run.run([&](Task& task) -> Coroutine {
    Lock lock;
    co_await acquire(task, lock);
    std::vector<std::shared_ptr<Work>> waiters;
    Semaphore there(0);
    for (int i = 0; i < 3; ++i) {
      waiters.push_back(work([&, i](Task& task) -> Coroutine {
        co_await release(task, there);
        co_await acquire(task, lock);
        order.push_back(i);
        co_await release(task, lock);
      }));
      co_await spawn(task, waiters.back());
      co_await acquire(task, there);
    }
    co_await release(task, lock);
    co_await gather(task, waiters);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  ASSERT_EQ(order.size(), 3u);
  if (GetParam() == ExecutorKind::loop || GetParam() == ExecutorKind::serial) EXPECT_EQ(order, (std::vector{0, 1, 2}));
  expect_well_formed(run);
  // Whoever was woken from a lock was woken by a `gives`.
  const auto lanes = run.lanes();
  int waits = 0;
  for (const auto& lane : lanes) waits += static_cast<int>(std::count_if(lane.begin(), lane.end(), [](const Recorded& e) {
    return e.kind == EventKind::wait && e.reason() == WaitReason::lock;
  }));
  EXPECT_GE(waits, 1);
}

TEST_P(Synchronised, ReleasingALockThatNobodyHasFails) {
  std::string kind;
  run.run([&](Task& task) -> Coroutine {
    Lock lock;
    try {
      co_await release(task, lock);
    } catch (const OperationFailed& failed) {
      kind = failed.kind;
    }
  });
  EXPECT_EQ(kind, "RuntimeError");
  EXPECT_EQ(run.end.end, RunEnd::finished);
}

TEST_P(Synchronised, QueuesSayWhenTheyAreFullOrEmpty) {
  std::vector<std::string> said;
  run.run([&](Task& task) -> Coroutine {
    Queue<int> queue(1);
    for (const SyncAct act : {SyncAct::get_nowait, SyncAct::put_nowait, SyncAct::put_nowait, SyncAct::get_nowait, SyncAct::task_done, SyncAct::task_done}) {
      try {
        int item = 5;
        co_await Perform(task, sync_operation(queue, act, &item));
        said.push_back("ok");
      } catch (const OperationFailed& failed) {
        said.push_back(failed.kind);
      }
    }
  });
  EXPECT_EQ(said, (std::vector<std::string>{"QueueEmpty", "ok", "QueueFull", "ok", "ok", "ValueError"}));
}

TEST_P(Synchronised, TwoLocksTakenCrosswiseAreADeadlockThatIsNamed) {
  run.run([&](Task& task) -> Coroutine {
    Lock a, b;
    Semaphore a_taken(0), b_taken(0);
    auto one = work([&](Task& task) -> Coroutine {
      co_await acquire(task, a);
      co_await release(task, a_taken);
      if (!one_at_a_time()) co_await acquire(task, b_taken);
      co_await acquire(task, b);
    });
    auto two = work([&](Task& task) -> Coroutine {
      co_await acquire(task, b);
      co_await release(task, b_taken);
      if (!one_at_a_time()) co_await acquire(task, a_taken);
      co_await acquire(task, a);
    });
    co_await gather(task, all(one, two));
  });
  if (one_at_a_time()) {  // the second waits for a lock that the first never gave back
    EXPECT_EQ(run.end.end, RunEnd::deadlock);
    EXPECT_NE(run.end.sentence.find("task 2 waits for lock 3, which task 1 held when it ended"), std::string::npos)
        << run.end.sentence;
  } else {
    EXPECT_EQ(run.end.end, RunEnd::deadlock);
    EXPECT_TRUE(run.end.sentence.starts_with("Deadlock: task 1 waits for lock ")) << run.end.sentence;
    EXPECT_NE(run.end.sentence.find(", which task 2 holds; task 2 waits for lock "), std::string::npos) << run.end.sentence;
    EXPECT_TRUE(run.end.sentence.ends_with(", which task 1 holds.")) << run.end.sentence;
  }
  expect_well_formed(run);
}

TEST_P(Synchronised, ATaskThatMainWaitsForAndThatWaitsForMainsLockIsADeadlock) {
  run.run([&](Task& task) -> Coroutine {
    Lock lock;
    co_await acquire(task, lock);
    co_await gather(task, times(1, [&](Task& task) -> Coroutine { co_await acquire(task, lock); }));
  });
  EXPECT_EQ(run.end.end, RunEnd::deadlock);
  EXPECT_EQ(run.end.sentence, "Deadlock: main waits for task 1; task 1 waits for lock 1, which main holds.");
  expect_well_formed(run);
}

// Seen: 20,000 in a ring were a sentence of 2.5 MB.
TEST(Deadlock, OfALargeCircleTheFirstAndTheLastAreNamed) {
  Trial run(ExecutorKind::loop);
  run.run([](Task& task) -> Coroutine {
    std::vector<Lock> locks(1'000);
    std::size_t next = 0;
    co_await gather(task, times(1'000, [&](Task& task) -> Coroutine {
      const std::size_t mine = next++;
      co_await acquire(task, locks[mine]);
      co_await io(task, kMs);
      co_await acquire(task, locks[(mine + 1) % locks.size()]);
    }));
  });
  EXPECT_EQ(run.end.end, RunEnd::deadlock);
  EXPECT_TRUE(run.end.sentence.starts_with("Deadlock: task 1 waits for lock 2, which task 2 holds; task 2 waits for")) << run.end.sentence;
  EXPECT_NE(run.end.sentence.find("; 992 more, each of which waits for the next; task 1000 waits for lock 1, which task 1 holds."), std::string::npos) << run.end.sentence;
  EXPECT_LT(run.end.sentence.size(), 500u);
}

TEST_P(Synchronised, WaitsThatNobodyCanEndAreADeadlockInWords) {
  run.run([&](Task& task) -> Coroutine {
    Event event;
    co_await wait(task, event);
  });
  EXPECT_EQ(run.end.end, RunEnd::deadlock);
  EXPECT_EQ(run.end.sentence, "Every task waits for something that cannot come: main waits for event 1, which nobody sets.");
  expect_well_formed(run);
}

TEST_P(Synchronised, WhereALimitMayStillRingNobodyIsStuck) {
  int ended = 0;
  run.run([&](Task& task) -> Coroutine {
    // Often: between the alarm and the end of whom it wakes nothing is left that a timer will do.
    for (int i = 0; i < 50; ++i) {
      auto event = std::make_shared<Event>();
      auto waits = work([event](Task& task) -> Coroutine { co_await wait(task, *event); });
      try {
        co_await wait_for(task, waits, kMs / 5);
      } catch (const OperationFailed& failed) {
        if (std::string_view(failed.kind) == "TimeoutError") ++ended;
      }
    }
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(ended, 50);
  expect_well_formed(run);
}

TEST_P(Synchronised, CancelEndsWhoeverWaits) {
  for (const int polls : {0, 1, 5, 40}) {
    AnyTrial run(GetParam());
    run.options.workers = GetParam().workers(3);
    auto lock = std::make_shared<Lock>();
    auto queue = std::make_shared<Queue<int>>(1);
    auto event = std::make_shared<Event>();
    run.start([=](Task& task) -> Coroutine {
      co_await acquire(task, *lock);
      auto works = times(3, [=](Task& task) -> Coroutine { co_await acquire(task, *lock); });
      for (auto& more : times(3, [=](Task& task) -> Coroutine { co_await get(task, *queue); })) works.push_back(more);
      for (auto& more : times(3, [=](Task& task) -> Coroutine { co_await wait(task, *event); })) works.push_back(more);
      works.push_back(work([](Task& task) -> Coroutine { co_await io(task, 3'600'000 * kMs); }));
      for (auto& each : works) co_await spawn(task, each);
      co_await io(task, 3'600'000 * kMs);
    });
    for (int i = 0; i < polls; ++i) run.executor->poll(i % 2 ? 0 : kMs / 10);
    run.executor->cancel();
    EXPECT_EQ(run.finish().end, RunEnd::cancelled) << run.end.sentence;
    EXPECT_EQ(run.outcomes()[Outcome::finished], 0);
    expect_well_formed(run);
  }
}

TEST_P(Synchronised, AnObjectMayGoWhileTasksWaitForIt) {
  run.run([&](Task& task) -> Coroutine {
    auto bad = [&]() -> std::shared_ptr<Work> {
      return work([](Task& task) -> Coroutine {
        co_await io(task, kMs);
        throw OperationFailed{"boom"};
      });
    };
    Lock lock;
    co_await acquire(task, lock);
    auto waiter = work([&lock](Task& task) -> Coroutine { co_await acquire(task, lock); });
    co_await spawn(task, waiter);
    co_await gather(task, all(bad()));
  });
  EXPECT_NE(run.end.end, RunEnd::finished);
  expect_well_formed(run);
}

TEST_P(Synchronised, TheDestructorEndsARunWhoseTasksWait) {
  for (const int polls : {0, 1, 5, 40}) {
    AnyTrial run(GetParam());
    run.start([](Task& task) -> Coroutine {
      Lock lock;
      Queue<std::string> queue;
      co_await acquire(task, lock);
      co_await spawn(task, work([&](Task& task) -> Coroutine { co_await acquire(task, lock); }));
      co_await spawn(task, work([&](Task& task) -> Coroutine { co_await get(task, queue); }));
      co_await io(task, 3'600'000 * kMs);
    });
    for (int i = 0; i < polls; ++i) run.executor->poll(i % 2 ? 0 : kMs / 10);
    run.executor.reset();
  }
}

INSTANTIATE_TEST_SUITE_P(Executors, Synchronised, ::testing::ValuesIn(candidates_with_one_memory()),
                         [](const auto& info) { return info.param.name(); });

/// In a child, whatever is asked of whichever object that has no place there: in one sentence, to the task that asks.
TEST(Processes, RefuseObjectsThatTheOthersWouldNotSee) {
  struct Objects {
    Lock lock;
    Semaphore semaphore{1};
    Event event;
    Queue<int> queue;
  };
  using Use = std::pair<const SyncHandle* (*)(const Objects&), SyncAct>;
  constexpr auto lock = [](const Objects& o) -> const SyncHandle* { return &o.lock; };
  constexpr auto semaphore = [](const Objects& o) -> const SyncHandle* { return &o.semaphore; };
  constexpr auto event = [](const Objects& o) -> const SyncHandle* { return &o.event; };
  constexpr auto queue = [](const Objects& o) -> const SyncHandle* { return &o.queue; };
  const std::vector<Use> uses = {
      {lock, SyncAct::acquire},     {lock, SyncAct::release},     {lock, SyncAct::locked},     {semaphore, SyncAct::acquire},
      {semaphore, SyncAct::release}, {event, SyncAct::wait},       {event, SyncAct::set},       {event, SyncAct::clear},
      {event, SyncAct::is_set},     {queue, SyncAct::put},        {queue, SyncAct::get},       {queue, SyncAct::put_nowait},
      {queue, SyncAct::get_nowait}, {queue, SyncAct::size},       {queue, SyncAct::task_done}, {queue, SyncAct::join},
  };
  AnyTrial run(ExecutorKind::processes);
  if (!run.make()) GTEST_SKIP() << run.refused;
  std::vector<std::string> refused;
  auto all_of_them = [&](Task& task) -> Coroutine {
    for (const auto& [object, act] : uses) {
      Objects objects;
      int item = 1;
      try {
        co_await Perform(task, sync_operation(*object(objects), act, &item));
      } catch (const OperationFailed& failed) {
        EXPECT_STREQ(failed.kind, "RuntimeError");
        refused.push_back(failed.sentence);
      }
    }
  };
  run.run([&](Task& task) -> Coroutine { co_await gather(task, all(sendable(all_of_them))); });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  ASSERT_EQ(refused.size(), uses.size());
  for (const std::string& sentence : refused) EXPECT_TRUE(sentence.starts_with("Each process has memory of its own")) << sentence;
}

}  // namespace
}  // namespace interleave::testing
