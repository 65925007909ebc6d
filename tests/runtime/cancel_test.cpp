// Cancel of one task, limits, and what became of a task: on the loop in asyncio's order (printed by asyncio_order.py
// under CPython 3.11), and what all executors promise.
#include <atomic>
#include <set>

#include "loop_order.h"
#include "nursery.h"
#include "runtime/fork_join.h"
#include "runtime/live_task.h"
#include "runtime/sync.h"

namespace interleave::testing {
namespace {

TEST(LoopOrder, Cancelling) {
  EXPECT_EQ(order_on_loop([](Task& task, Said say) -> Coroutine {
              Lock lock;
              Event event;
              Queue<int> queue(1);
              enum What { acquires, waits, gets, sleeps, yields, gathers };
              auto user = [&, say](std::string name, What what) {
                return work([&, say, name, what](Task& task) -> Coroutine {
                  say(name + "?");
                  try {
                    switch (what) {
                      case acquires: co_await acquire(task, lock); break;
                      case waits: co_await wait(task, event); break;
                      case gets: co_await get(task, queue); break;
                      case sleeps: co_await io(task, 5 * kMs); break;
                      case yields: co_await io(task, 0); break;
                      case gathers:
                        co_await gather(task, all(steps(say, "g", pauses(0, 0, 0, 0, 0, 0)), steps(say, "h", pauses(0, 0, 0, 0, 0, 0))));
                        break;
                    }
                    say(name + "!");
                  } catch (const Cancelled&) {
                    say(name + "x");
                    throw;
                  }
                });
              };
              co_await acquire(task, lock);
              auto never = steps(say, "never", pauses());
              co_await spawn(task, never);
              const Operation was = co_await cancel(task, never);
              say(was.number ? "cTrue" : "cFalse");
              auto tasks = all(user("l", acquires), user("m", acquires), user("e", waits), user("q", gets), user("s", sleeps),
                               user("z", yields), user("g", gathers));
              for (auto& each : tasks) co_await spawn(task, each);
              co_await io(task, 0);
              co_await io(task, 0);
              say("now");
              for (const std::size_t i : {0, 2, 3, 4, 5, 6}) co_await cancel(task, tasks[i]);
              co_await io(task, 0);
              co_await release(task, lock);
              co_await io(task, 0);
              say("later");
              co_await gather_all(task, tasks);
              say("all");
              tasks.insert(tasks.begin(), never);
              for (auto& each : tasks) {
                const Operation now = co_await status(task, each);
                say(now.number == static_cast<int>(TaskStatus::cancelled) ? "True" : "False");
              }
            }),
            "cTrue l? m? e? q? s? z? g? z! g0 h0 now lx ex qx sx m! later gx all True True False True True True False True");
}

TEST(LoopOrder, ALockThatIsHandedToACancelledTaskGoesToTheNext) {
  EXPECT_EQ(order_on_loop([](Task& task, Said say) -> Coroutine {
              Lock lock;
              auto user = [&lock, say](std::string name) {
                return work([&lock, say, name](Task& task) -> Coroutine {
                  try {
                    co_await acquire(task, lock);
                    say(name);
                    co_await release(task, lock);
                  } catch (const Cancelled&) {
                    say(name + "x");
                  }
                });
              };
              co_await acquire(task, lock);
              auto a = user("a"), b = user("b");
              co_await spawn(task, a);
              co_await spawn(task, b);
              co_await io(task, 0);
              co_await release(task, lock);
              co_await cancel(task, a);
              say("now");
              co_await gather(task, all(a, b, steps(say, "s", pauses(0, 0, 0))));
              say("main");
            }),
            "now ax s0 b s1 s2 s3 main");
}

TEST(LoopOrder, Limits) {
  EXPECT_EQ(order_on_loop([](Task& task, Said say) -> Coroutine {
              auto slow = [say](std::string name) {
                return work([say, name](Task& task) -> Coroutine {
                  try {
                    co_await io(task, 5 * kMs);
                    say(name + "!");
                  } catch (const Cancelled&) {
                    say(name + "x");
                    throw;
                  }
                });
              };
              try {
                co_await wait_for(task, slow("a"), kMs);
              } catch (const OperationFailed& failed) {
                say(failed.kind == std::string("TimeoutError") ? "timeout a" : "?");
              }
              co_await wait_for(task, slow("b"), 50 * kMs);
              auto alarm = std::make_shared<Alarm>();
              co_await arm(task, alarm, kMs);
              try {
                co_await gather(task, all(slow("c")));
              } catch (const Cancelled&) {
                if (alarm->disarm()) say("timeout c");
              }
              auto later = std::make_shared<Alarm>();
              co_await arm(task, later, 50 * kMs);
              co_await gather(task, all(slow("d")));
              if (!later->disarm()) say("main");
            }),
            "ax timeout a b! cx timeout c d! main");
}

// -- All executors -----------------------------------------------------------------------------------------------------

class Cancelling : public OfEachCandidate<AnyTrial> {
 protected:
  /// The objects of sync.h, and tasks of others, are there for all tasks.
  static bool one_memory() { return GetParam() != ExecutorKind::processes; }
  /// The parent of processes is none of those that compute: its core is nobody's.
  static void well_formed(const Trial& run) { expect_well_formed(run, one_memory()); }
};

using Body = std::function<Coroutine(Task&)>;

/// A task that has begun and is asked to end: it says on `begun` that it is there.
TEST_P(Cancelling, EndsWhateverATaskDoesAndNothingElse) {
  if (GetParam() == ExecutorKind::serial) GTEST_SKIP() << "nobody could cancel while another runs";
  struct Shared {
    Lock lock;
    Event never;
    Queue<int> queue{1};
    Semaphore none{0};
  };
  const std::vector<std::pair<const char*, std::function<Coroutine(Task&, Shared&)>>> bodies = {
      {"io", [](Task& task, Shared&) -> Coroutine { co_await io(task, kHour); }},
      {"compute", [](Task& task, Shared&) -> Coroutine { co_await compute(task, GetParam().kind == ExecutorKind::loop ? 0 : kHour); co_await io(task, kHour); }},
      {"lock", [](Task& task, Shared& s) -> Coroutine { co_await acquire(task, s.lock); }},
      {"semaphore", [](Task& task, Shared& s) -> Coroutine { co_await acquire(task, s.none); }},
      {"event", [](Task& task, Shared& s) -> Coroutine { co_await wait(task, s.never); }},
      {"queue", [](Task& task, Shared& s) -> Coroutine { co_await get(task, s.queue); }},
      {"gather", [](Task& task, Shared&) -> Coroutine {
         co_await gather(task, times(1, [](Task& task) -> Coroutine { co_await io(task, kHour); }));
       }},
      {"steps", [](Task& task, Shared&) -> Coroutine {
         for (;;) co_await io(task, 0);
       }},
  };
  const std::set<std::string> objects = {"lock", "semaphore", "event", "queue"};
  for (const auto& [name, body] : bodies)
    for (const int before : {0, 1, 3}) {
      SCOPED_TRACE(std::string(name) + " after " + std::to_string(before));
      if (!one_memory() && objects.contains(name)) continue;
      AnyTrial run(GetParam());
      run.options.workers = GetParam().workers(3);
      TaskStatus became{};
      std::int64_t again = -1, was = -1;
      bool other_finished = false;
      run.run([&, before = before](Task& task) -> Coroutine {
        Shared shared;
        std::atomic<bool> begun = false;
        if (one_memory()) co_await acquire(task, shared.lock);
        auto victim = sendable([&](Task& task) -> Coroutine {
          begun = true;
          co_await gather(task, all(work([&](Task& task) { return body(task, shared); })));
        });
        auto other = sendable([&](Task& task) -> Coroutine {
          co_await io(task, kMs);
          other_finished = true;
        });
        co_await spawn(task, victim);
        co_await spawn(task, other);
        while (!begun) co_await io(task, kMs / 10);
        for (int i = 0; i < before; ++i) co_await io(task, i == 2 ? kMs : 0);
        was = (co_await cancel(task, victim)).number;
        co_await gather_all(task, all(victim, other));
        became = static_cast<TaskStatus>((co_await status(task, victim)).number);
        again = (co_await cancel(task, victim)).number;
      });
      EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
      EXPECT_EQ(became, TaskStatus::cancelled);
      EXPECT_EQ(was, 1);
      EXPECT_EQ(again, 0);
      EXPECT_TRUE(other_finished);
      well_formed(run);
    }
}

TEST_P(Cancelling, ATaskThatHasNotBegunNeverDoes) {
  if (GetParam().kind != ExecutorKind::loop && GetParam() != ExecutorKind::serial) run.options.workers = 1;
  ASSERT_TRUE(run.make());
  std::atomic<int> begun = 0;
  TaskStatus became{};
  run.run([&](Task& task) -> Coroutine {
    auto blocker = sendable([&](Task& task) -> Coroutine { co_await compute(task, GetParam().kind == ExecutorKind::loop ? 0 : 5 * kMs); });
    auto never = sendable([&](Task&) -> Coroutine {
      ++begun;
      co_return;
    });
    auto canceller = sendable([&](Task& task) -> Coroutine {
      if (one_memory()) co_await cancel(task, never);
    });
    co_await spawn(task, canceller);
    co_await spawn(task, never);
    co_await cancel(task, never);
    co_await spawn(task, blocker);
    co_await gather_all(task, all(never, blocker, canceller));
    became = static_cast<TaskStatus>((co_await status(task, never)).number);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_TRUE(begun == 0 || became == TaskStatus::finished);
  if (GetParam() == ExecutorKind::loop || GetParam() == ExecutorKind::processes) {
    EXPECT_EQ(begun, 0);
  }
  well_formed(run);
}

TEST_P(Cancelling, AWaiterWhoCatchesItGoesOn) {
  if (GetParam() == ExecutorKind::serial) GTEST_SKIP();
  int after = 0;
  run.run([&](Task& task) -> Coroutine {
    std::atomic<bool> begun = false;
    Event never;
    auto stubborn = sendable([&](Task& task) -> Coroutine {
      begun = true;
      try {
        if (one_memory()) co_await wait(task, never);
        else co_await io(task, kHour);
      } catch (const Cancelled&) {
        ++after;
      }
      co_await io(task, 0);
      co_await compute(task, kMs / 10);
      ++after;
    });
    co_await spawn(task, stubborn);
    while (!begun) co_await io(task, kMs / 10);
    co_await io(task, kMs);
    co_await cancel(task, stubborn);
    co_await join(task, stubborn);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(after, 2);
  well_formed(run);
}

TEST_P(Cancelling, ALimitEndsWhatTakesTooLong) {
  std::string seen;
  int finished = 0;
  run.run([&](Task& task) -> Coroutine {
    try {
      co_await wait_for(task, sendable([](Task& task) -> Coroutine { co_await io(task, kHour); }), kMs);
    } catch (const OperationFailed& failed) {
      seen = failed.kind;
    }
    co_await wait_for(task, sendable([&](Task& task) -> Coroutine {
      co_await io(task, kMs / 10);
      ++finished;
    }), kHour);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(seen, "TimeoutError");
  EXPECT_EQ(finished, 1);
  well_formed(run);
}

TEST_P(Cancelling, AnAlarmEndsTheBlockOfATaskAndOfMain) {
  std::atomic<int> rang = 0;
  auto body = [&](Task& task) -> Coroutine {
    auto alarm = std::make_shared<Alarm>();
    co_await arm(task, alarm, kMs);
    bool cancelled = false;
    try {
      co_await io(task, kHour);
    } catch (const Cancelled&) {
      cancelled = true;
    }
    if (cancelled && alarm->disarm()) ++rang;
  };
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, sendables(3, body));
    auto alarm = std::make_shared<Alarm>();
    co_await arm(task, alarm, kMs);
    bool cancelled = false;
    try {
      co_await gather(task, sendables(1, [](Task& task) -> Coroutine { co_await io(task, kHour); }));
    } catch (const Cancelled&) {
      cancelled = true;
    }
    if (cancelled && alarm->disarm()) ++rang;
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(rang, 4);
  well_formed(run);
}

// Seen: on threads and gil, of a task that stood in line for its core meanwhile, it was heard by what came behind the block; and where it
// passed just when the block ended, on stealing and several loops as well.
TEST_P(Cancelling, ALimitIsHeardInItsBlockOrNotAtAll) {
  run.options.cores = 1;
  std::atomic<int> passed = 0, kept = 0;
  auto body = [&](Task& task) -> Coroutine {
    for (int round = 0; round < 150; ++round) {
      auto alarm = std::make_shared<Alarm>();
      bool cancelled = false;
      co_await arm(task, alarm, kMs / 15 + round % 10 * kMs / 40);
      try {
        co_await io(task, kMs / 20);
      } catch (const Cancelled&) {
        cancelled = true;
      }
      const bool rang = alarm->disarm();
      EXPECT_TRUE(rang || !cancelled);
      ++(cancelled ? passed : kept);
      co_await compute(task, kMs / 10);
    }
  };
  run.run([&](Task& task) -> Coroutine { co_await gather(task, sendables(3, body)); });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], 0);
  EXPECT_EQ(passed + kept, 450);
  well_formed(run);
}

/// A block in a block, and after each a wait for an hour. The thread is blocked for a while first.
Coroutine is_limited_twice(Task& task, Nanos outer_limit, Nanos inner_limit, Nanos blocked, std::function<void(const char*)> say) {
  auto outer = std::make_shared<Alarm>(), inner = std::make_shared<Alarm>();
  co_await arm(task, outer, outer_limit);
  try {
    co_await arm(task, inner, inner_limit);
    try {
      if (blocked > 0) co_await block(task, blocked);
      co_await io(task, kHour);
    } catch (const Cancelled&) {
      if (!inner->disarm()) throw;
      say("inner");
    }
    co_await io(task, kHour);
  } catch (const Cancelled&) {
    if (!outer->disarm()) throw;
    say("outer");
  }
  co_await io(task, 0);
  say("on");
}

TEST_P(Cancelling, OfALimitInALimitTheOuterIsHeardBehindTheInner) {
  std::string said;
  run.run([&](Task& task) -> Coroutine {
    auto say = [&](const char* what) { said += what + std::string(" "); };
    co_await gather(task, sendables(1, [say](Task& task) { return is_limited_twice(task, 2 * kMs, kMs, 0, say); }));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_TRUE(said == "inner outer on " || said == "outer on ") << said;  // where both have passed before it hears
  well_formed(run);
}

// Seen: the inner one was heard, and the outer one was lost; what came behind the inner one waited without a limit.
TEST(LoopOrder, OfALimitInALimitThatPassTogetherTheOuterIsHeard) {
  const auto twice = [](Nanos outer, Nanos inner) {
    return order_on_loop([=](Task& task, Said say) -> Coroutine { return is_limited_twice(task, outer, inner, 5 * kMs, say); });
  };
  EXPECT_EQ(twice(2 * kMs, kMs), "outer on");
  EXPECT_EQ(twice(kMs, 2 * kMs), "outer on");
}

TEST_P(Cancelling, GatherAllWaitsForAllAndStatusSaysWhatBecameOfThem) {
  std::vector<TaskStatus> became;
  std::string threw;
  run.run([&](Task& task) -> Coroutine {
    auto works = all(sendable([](Task& task) -> Coroutine { co_await io(task, kMs / 10); }), sendable([](Task& task) -> Coroutine {
                       co_await io(task, 0);
                       throw OperationFailed{"boom"};
                     }),
                     sendable([](Task& task) -> Coroutine { co_await compute(task, kMs / 10); }));
    co_await gather_all(task, works);
    for (auto& each : works) {
      const Operation answer = co_await status(task, each);
      became.push_back(static_cast<TaskStatus>(answer.number));
      if (answer.failure) threw = sentence_of(answer.failure);
    }
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(became, (std::vector{TaskStatus::finished, TaskStatus::failed, TaskStatus::finished}));
  EXPECT_EQ(threw, "boom");
  well_formed(run);
}

TEST_P(Cancelling, ManyCancelsAtOnceLoseNobody) {
  if (GetParam() == ExecutorKind::serial || !one_memory()) GTEST_SKIP();
  std::atomic<int> ended = 0;
  run.run([&](Task& task) -> Coroutine {
    Lock lock;
    Queue<int> queue(2);
    std::vector<std::shared_ptr<Work>> victims = times(60, [&](Task& task) -> Coroutine {
      struct Count {
        std::atomic<int>& n;
        ~Count() { ++n; }
      } count{ended};
      for (int i = 0; i < 1'000'000; ++i) {
        bool mine = false;
        try {
          co_await acquire(task, lock);
          mine = true;
          co_await io(task, 0);
        } catch (const Cancelled&) {
          if (!mine) throw;
        }
        co_await release(task, lock);
        if (i % 3 == 0) co_await io(task, kMs / 100);
      }
    });
    auto killers = times(3, [&](Task& task) -> Coroutine {
      for (auto& victim : victims) {
        co_await cancel(task, victim);
        co_await io(task, kMs / 50);
        co_await cancel(task, victim);
      }
    });
    for (auto& victim : victims) co_await spawn(task, victim);
    if (GetParam() == ExecutorKind::threads || GetParam() == ExecutorKind::gil) {
      // Three workers, all of them busy with victims: main is the killer.
      for (int round = 0; round < 3; ++round)
        for (auto& victim : victims) {
          co_await cancel(task, victim);
          co_await io(task, kMs / 50);
        }
      for (auto& victim : victims)
        while ((co_await cancel(task, victim)).number) co_await io(task, kMs / 50);
    } else {
      co_await gather_all(task, killers);
      for (auto& victim : victims)
        while ((co_await cancel(task, victim)).number) co_await io(task, kMs / 50);
    }
    co_await gather_all(task, victims);
    co_await acquire(task, lock);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  well_formed(run);
}

/// Two that await each other, and how many of them have begun.
struct Circle {
  std::atomic<int> begun = 0;
  std::shared_ptr<Work> a, b;
  Circle() {
    a = work([this](Task& task) -> Coroutine {
      ++begun;
      co_await join(task, b);
    });
    b = work([this](Task& task) -> Coroutine {
      ++begun;
      co_await join(task, a);
    });
  }
  ~Circle() { a = b = nullptr; }
};

// Seen: the cancel went round until there was no stack left.
TEST_P(Cancelling, ACircleOfTasksThatAwaitEachOtherEndsWhenOneIsCancelled) {
  if (!one_memory()) GTEST_SKIP() << "tasks of others are nobody's to await";
  Circle circle;
  run.run([&](Task& task) -> Coroutine {
    auto killer = work([&](Task& task) -> Coroutine {
      while (circle.begun < 2) co_await io(task, kMs / 10);
      co_await cancel(task, circle.a);
    });
    for (auto& each : all(circle.a, circle.b, killer)) co_await spawn(task, each);
    co_await gather_all(task, all(circle.a, circle.b, killer));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], 2);
  well_formed(run);
}

TEST_P(Cancelling, ACircleHasALimitAsAnyTask) {
  if (!one_memory() || GetParam() == ExecutorKind::serial) GTEST_SKIP();
  Circle circle;
  std::string seen;
  run.run([&](Task& task) -> Coroutine {
    co_await spawn(task, circle.b);
    try {
      co_await wait_for(task, circle.a, 5 * kMs);
    } catch (const OperationFailed& failed) {
      seen = failed.kind;
    }
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(seen, "TimeoutError");
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], 2);
  well_formed(run);
}

TEST_P(Cancelling, ACircleThatMainLeavesBehindEndsWithIt) {
  if (!one_memory() || GetParam() == ExecutorKind::serial) GTEST_SKIP();
  Circle circle;
  run.run([&](Task& task) -> Coroutine {
    co_await spawn(task, circle.a);
    co_await spawn(task, circle.b);
    while (circle.begun < 2) co_await io(task, kMs / 10);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], 2);
  EXPECT_LT(run.makespan(), 5'000 * kMs);
  well_formed(run);
}

TEST_P(Cancelling, WhoAwaitsItselfIsToldSo) {
  if (!one_memory()) GTEST_SKIP();
  std::shared_ptr<Work> self;
  std::string kind, sentence;
  run.run([&](Task& task) -> Coroutine {
    self = work([&](Task& task) -> Coroutine {
      try {
        co_await join(task, self);
      } catch (const OperationFailed& failed) {
        kind = failed.kind;
        sentence = failed.sentence;
      }
      co_await io(task, 0);
    });
    co_await gather(task, all(self));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(kind, "RuntimeError");
  EXPECT_EQ(sentence, "Task cannot await on itself: <task 2>");
  self = nullptr;
  well_formed(run);
}

TEST_P(Cancelling, WhoGathersItselfEndsWhenItIsCancelled) {
  if (!one_memory()) GTEST_SKIP();
  std::shared_ptr<Work> self;
  std::atomic<bool> begun = false;
  run.run([&](Task& task) -> Coroutine {
    self = work([&](Task& task) -> Coroutine {
      begun = true;
      co_await gather_all(task, all(self));
    });
    auto killer = work([&](Task& task) -> Coroutine {
      while (!begun) co_await io(task, kMs / 10);
      co_await cancel(task, self);
    });
    co_await spawn(task, self);
    co_await spawn(task, killer);
    co_await gather_all(task, all(self, killer));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], 1);
  self = nullptr;
  well_formed(run);
}

// Seen: a cancel used the stack for each task in the chain; at some 30,000 it was at its end, in a page at 500.
TEST_P(Cancelling, AChainOfWaitsIsCancelledHoweverLongItIs) {
  if (!one_memory() || GetParam() == ExecutorKind::serial) GTEST_SKIP();
  if (GetParam() == ExecutorKind::threads || GetParam() == ExecutorKind::gil) GTEST_SKIP() << "who waits holds a thread";
  const int length = sizeof(void*) == 4 ? 5'000 : 50'000;  // stacks in wasm are of 64 to 256 KB
  for (const int way : {0, 1, 2}) {
    std::atomic<int> begun = 0, ended = 0;
    std::function<Coroutine(Task&, int)> down = [&](Task& task, int n) -> Coroutine {
      struct Count {
        std::atomic<int>& n;
        ~Count() { ++n; }
      } count{ended};
      ++begun;
      if (n == 0) {
        co_await io(task, kHour);
        co_return;
      }
      const auto next = work([&down, n](Task& task) { return down(task, n - 1); });
      co_await spawn(task, next);
      co_await join(task, next);
    };
    Trial one(GetParam().kind);
    one.options = run.options;
    one.run([&](Task& task) -> Coroutine {
      auto first = work([&](Task& task) { return down(task, length - 1); });
      co_await spawn(task, first);
      while (begun < length) co_await io(task, kMs);
      if (way == 0) {
        co_await cancel(task, first);
        co_await gather_all(task, all(first));
      } else if (way == 1) {
        bool late = false;
        try {
          co_await wait_for(task, first, kMs);
        } catch (const OperationFailed&) {
          late = true;
        }
        EXPECT_TRUE(late);
      }
    });
    EXPECT_EQ(one.end.end, RunEnd::finished) << one.end.sentence;
    EXPECT_EQ(ended, length);
    EXPECT_EQ(one.outcomes()[Outcome::cancelled], length);
  }
}

enum class Busy { computes, blocks, computes_in_pieces, blocks_in_pieces, calls_functions };
constexpr Busy kWaysToBeBusy[] = {Busy::computes, Busy::blocks, Busy::computes_in_pieces, Busy::blocks_in_pieces, Busy::calls_functions};

/// For an hour, or for ever, with nothing that lets others have the thread; until `alarm`, if there is one, rings.
Coroutine is_busy(Task& task, Busy how, std::shared_ptr<Work> beside, std::shared_ptr<Alarm> alarm) {
  if (beside) co_await spawn(task, beside);
  if (alarm) co_await arm(task, alarm, 2 * kMs);
  try {
    switch (how) {
      case Busy::computes: co_await compute(task, kHour); break;
      case Busy::blocks: co_await block(task, kHour); break;
      case Busy::computes_in_pieces:
        for (;;) co_await compute(task, kMs / 10);
        break;
      case Busy::blocks_in_pieces:
        for (;;) co_await block(task, kMs / 10);
        break;
      case Busy::calls_functions:
        for (;;) both(forks_of(task), [](Forks&) { return 1; }, [](Forks&) { return 2; });
        break;
    }
  } catch (const Cancelled&) {
    if (!alarm || !alarm->disarm()) throw;
  }
}

// Seen: on threads, gil, stealing and several loops a limit passed when main had come to its next wait.
TEST_P(Cancelling, ALimitPassesWhileMainIsBusy) {
  if (!one_memory()) GTEST_SKIP() << "each process has timers of its own";
  if (GetParam() == ExecutorKind::serial || GetParam() == ExecutorKind::loop || (GetParam().several && !INTERLEAVE_HAS_THREADS)) GTEST_SKIP() << "main holds everybody, as in Python";
  for (const Busy how : kWaysToBeBusy) {
    if (GetParam() == ExecutorKind::gil && how == Busy::calls_functions) continue;  // main cannot give the GIL away in the middle of one
    SCOPED_TRACE(static_cast<int>(how));
    AnyTrial run(GetParam());
    run.options.workers = 3;
    std::atomic<bool> passed = false;
    auto beside = work([&](Task& task) -> Coroutine {
      try {
        co_await wait_for(task, work([](Task& task) -> Coroutine { co_await io(task, kHour); }), 2 * kMs);
      } catch (const OperationFailed&) {
        passed = true;
        run.executor->cancel();
      }
    });
    run.run([&](Task& task) { return is_busy(task, how, beside, nullptr); });
    EXPECT_EQ(run.end.end, RunEnd::cancelled) << run.end.sentence;
    EXPECT_TRUE(passed);
  }
}

// As a task's on a worker.
TEST_P(Cancelling, AnAlarmOfMainsOwnEndsWhatItIsBusyWith) {
  if (GetParam() == ExecutorKind::serial || GetParam() == ExecutorKind::loop || (GetParam().several && !INTERLEAVE_HAS_THREADS)) GTEST_SKIP() << "it hears of it at its next wait, as in Python";
  for (const Busy how : kWaysToBeBusy) {
    SCOPED_TRACE(static_cast<int>(how));
    AnyTrial run(GetParam());
    run.options.workers = 3;
    run.run([&](Task& task) { return is_busy(task, how, nullptr, std::make_shared<Alarm>()); });
    EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  }
}

// Seen: on threads it was found when the hour of a limit was over that had been kept.
TEST_P(Cancelling, ALimitThatWasKeptHidesNoDeadlock) {
  if (!one_memory()) GTEST_SKIP() << "objects are everybody's own";
  Lock lock;
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, all(work([&](Task& task) -> Coroutine {
      co_await wait_for(task, work([](Task& task) -> Coroutine { co_await io(task, kMs / 10); }), kHour);
      auto alarm = std::make_shared<Alarm>();
      co_await arm(task, alarm, kHour);
      co_await io(task, kMs / 10);
      alarm->disarm();
      co_await acquire(task, lock);
      co_await acquire(task, lock);
    })));
  });
  EXPECT_EQ(run.end.end, RunEnd::deadlock);
  EXPECT_NE(run.end.sentence.find("which it holds itself"), std::string::npos) << run.end.sentence;
  EXPECT_LT(run.makespan(), 5'000 * kMs);
  well_formed(run);
}

// Seen: all waited, one of them with a limit; the limit ended that, and the run was a deadlock all the same.
TEST_P(Cancelling, ALimitThatEndsTheWaitOfAllIsNoDeadlock) {
  if (!one_memory()) GTEST_SKIP() << "objects are everybody's own";
  int timeouts = 0;
  run.run([&](Task& task) -> Coroutine {
    Event never;
    auto waits = [&](Task& task) -> Coroutine { co_await wait(task, never); };
    auto limited = work([&](Task& task) -> Coroutine {
      for (int i = 0; i < 3; ++i) {
        try {
          co_await wait_for(task, work(waits), 5 * kMs);
        } catch (const OperationFailed&) {
          ++timeouts;
        }
        co_await io(task, 20 * kMs);
      }
    });
    co_await gather(task, all(limited));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(timeouts, 3);
  well_formed(run);
}

INSTANTIATE_TEST_SUITE_P(Executors, Cancelling, ::testing::ValuesIn(every_candidate()),
                         [](const auto& info) { return info.param.name(); });

}  // namespace
}  // namespace interleave::testing
