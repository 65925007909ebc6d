// The loop against asyncio (orders printed by asyncio_order.py under CPython 3.11), and figures of LESSONS.md exactly.
#include "loop_order.h"

namespace interleave::testing {
namespace {

TEST(Loop, RunsTiesAsAsyncioDoes) {
  EXPECT_EQ(order_on_loop([](Task& task, Said say) -> Coroutine {
              co_await gather(task, all(steps(say, "a", pauses(kMs, kMs)), steps(say, "b", pauses(kMs, kMs)), steps(say, "c", pauses(2 * kMs))));
              say("main");
            }),
            "a0 b0 c0 a1 b1 c1 a2 b2 main");
}

TEST(Loop, RunsNestedGathersAsAsyncioDoes) {
  EXPECT_EQ(order_on_loop([](Task& task, Said say) -> Coroutine {
              auto inner = [say](std::string name) {
                return work([say, name](Task& task) -> Coroutine {
                  co_await gather(task, all(steps(say, name + "x", pauses(0)), steps(say, name + "y")));
                  say(name);
                });
              };
              co_await gather(task, all(inner("p"), inner("q"), steps(say, "r", pauses(0, 0, 0, 0, 0, 0))));
              say("main");
            }),
            "r0 px0 py0 qx0 qy0 r1 px1 qx1 r2 r3 p q r4 r5 r6 main");
}

TEST(Loop, GoesOnceRoundForAWaitOfZeroAsAsyncioDoes) {
  EXPECT_EQ(order_on_loop([](Task& task, Said say) -> Coroutine {
              co_await gather(task, all(steps(say, "a", pauses(0, 0)), steps(say, "b", pauses(0)), steps(say, "c", pauses(kMs, 0))));
              say("main");
            }),
            "a0 b0 c0 a1 b1 a2 c1 c2 main");
}

TEST(Loop, JoinsTasksAsAsyncioDoes) {
  EXPECT_EQ(order_on_loop([](Task& task, Said say) -> Coroutine {
              auto a = steps(say, "a", pauses(0)), b = steps(say, "b"), c = steps(say, "c", pauses(0, 0, 0));
              co_await spawn(task, a);
              co_await spawn(task, b);
              co_await spawn(task, c);
              say("m0");
              co_await join(task, b);
              say("m1");
              co_await join(task, a);
              say("m2");
              co_await join(task, b);
              say("m3");
              co_await gather(task, all(a, c));
              say("m4");
            }),
            "m0 a0 b0 c0 a1 m1 m2 m3 c1 c2 c3 m4");
}

TEST(Loop, WakesAWaiterOnTheFirstFailureAsAsyncioDoes) {
  EXPECT_EQ(order_on_loop([](Task& task, Said say) -> Coroutine {
              auto bad = work([say](Task& task) -> Coroutine {
                co_await io(task, kMs);
                say("bad");
                throw OperationFailed{"boom"};
              });
              try {
                co_await gather(task, all(steps(say, "a", pauses(kMs, kMs)), bad, steps(say, "b", pauses(kMs, 0, 0, 0, 0))));
              } catch (const OperationFailed& failed) {
                say(failed.sentence);
              }
              co_await io(task, 5 * kMs);
              say("main");
            }),
            "a0 b0 a1 bad b1 b2 boom b3 b4 b5 a2 main");
}

TEST(Loop, PutsDueTimersBehindWhatIsReadyAsAsyncioDoes) {
  EXPECT_EQ(order_on_loop([](Task& task, Said say) -> Coroutine {
              auto busy = work([say](Task& task) -> Coroutine {
                for (int i = 0; i < 4; ++i) {
                  say("s" + std::to_string(i));
                  co_await io(task, 0);
                }
              });
              auto blocker = work([say](Task& task) -> Coroutine {
                co_await io(task, 0);
                co_await block(task, 10 * kMs);
                say("blocked");
                co_await io(task, 0);
                say("after");
              });
              co_await gather(task, all(steps(say, "t", pauses(5 * kMs)), blocker, busy, steps(say, "u", pauses(kMs))));
              say("main");
            }),
            "t0 s0 u0 blocked s1 after s2 s3 u1 t1 main");
}

// -- Figures of LESSONS.md under a clock that jumps ------------------------------------------------------------------

Nanos makespan(ExecutorKind kind, int tasks, std::function<Coroutine(Task&)> body) {
  Trial run(kind);
  run.use_fake_clock();
  const Progress& end = run.run([&](Task& task) -> Coroutine { co_await gather(task, times(tasks, body)); });
  EXPECT_EQ(end.end, RunEnd::finished) << end.sentence;
  expect_well_formed(run);
  return run.makespan();
}

Coroutine fetch(Task& task) {
  co_await io(task, 200 * kMs);
  co_await compute(task, 5 * kMs);
}
Coroutine fetch_blocking(Task& task) {
  co_await block(task, 200 * kMs);
  co_await compute(task, 5 * kMs);
}
Coroutine order(Task& task) {
  co_await compute(task, 200 * kMs);
  co_await io(task, 800 * kMs);
}

TEST(Figures, S1CashiersTake8SecondsSeriallyAnd2400MsOnALoop) {
  EXPECT_EQ(makespan(ExecutorKind::serial, 8, order), 8000 * kMs);
  EXPECT_EQ(makespan(ExecutorKind::loop, 8, order), 2400 * kMs);
}
TEST(Figures, S4HundredRequestsTake20500MsSerially) {
  EXPECT_EQ(makespan(ExecutorKind::serial, 100, fetch), 20'500 * kMs);
}
TEST(Figures, S7HundredRequestsTake700MsOnALoop) { EXPECT_EQ(makespan(ExecutorKind::loop, 100, fetch), 700 * kMs); }
TEST(Figures, S7ABlockingCallMakesTheLoopAsSlowAsSerial) {
  EXPECT_EQ(makespan(ExecutorKind::loop, 100, fetch_blocking), 20'500 * kMs);
}
TEST(Loop, AWaitThatIsOverWhileTheLoopIsBlockedSaysSinceWhen) {  // seen: V2's heart drawn as waiting for I/O while it could have gone on
  Trial run(ExecutorKind::loop);
  run.use_fake_clock();
  const Progress& end = run.run([&](Task& task) -> Coroutine {
    std::vector<std::shared_ptr<Work>> both{work([](Task& task) -> Coroutine { co_await io(task, 10 * kMs); }), work([](Task& task) -> Coroutine { co_await block(task, 300 * kMs); })};
    co_await gather(task, both);
  });
  EXPECT_EQ(end.end, RunEnd::finished) << end.sentence;
  int told = 0;
  for (const auto& lane : run.lanes())
    for (const auto& event : lane)
      if (event.kind == EventKind::wake && event.task == 2) {
        const Cause cause = Cause::from_word(event.payload);
        EXPECT_EQ(cause.lane_plus_1, 0);
        EXPECT_EQ(static_cast<Nanos>(cause.index), 290 * kMs);
        ++told;
      }
  EXPECT_EQ(told, 1);
}
TEST(Figures, S12MixedWorkTakes1600MsSeriallyAnd900OnALoop) {
  auto mixed = [](Task& task) -> Coroutine {
    co_await compute(task, 100 * kMs);
    co_await io(task, 100 * kMs);
  };
  EXPECT_EQ(makespan(ExecutorKind::serial, 8, mixed), 1600 * kMs);
  EXPECT_EQ(makespan(ExecutorKind::loop, 8, mixed), 900 * kMs);
}

// -- The rest -------------------------------------------------------------------------------------------------------

// Each look at it takes 100 ns, and nothing else takes any.
class TickingClock final : public FakeClock {
 public:
  Nanos now() override { return FakeClock::now() + (ticks_ += 100); }
  bool jumps() const override { return false; }

 private:
  Nanos ticks_ = 0;
};

TEST(Loop, InHasteTheTimeOfShortTurnsIsTheTasksAllTheSame) {
  TickingClock clock;
  Trial run(ExecutorKind::loop);
  run.options.clock = &clock;
  run.run([](Task& task) -> Coroutine { co_await gather(task, times(1000, [](Task& task) -> Coroutine { co_await io(task, kMs); })); });
  EXPECT_EQ(run.end.end, RunEnd::finished);
  Nanos ran = 0, since = 0;
  for (const auto& lane : run.lanes())
    for (const auto& event : lane) {
      if (event.kind == EventKind::run) since = event.at;
      else if (event.kind == EventKind::wait && event.task != kRootTask) ran += event.at - since;
    }
  EXPECT_GE(ran, 1000 * 90) << "each of a thousand turns ends with a look at the clock";
}

// A browser's: it goes on in steps, and a look at it takes longer than a turn.
class SteppingClock final : public FakeClock {
 public:
  static constexpr Nanos kStep = 5'000;
  Nanos now() override {
    ++looks;
    truly += 130;
    return FakeClock::now() + truly / kStep * kStep;
  }
  bool jumps() const override { return false; }
  Nanos truly = 0;
  int looks = 0;
};

TEST(Loop, OnAClockWithStepsTurnsAreLateByAFifthOfOneMoreAndMostDoNotLook) {
  constexpr int kTurns = 20'000;
  SteppingClock clock;
  Trial run(ExecutorKind::loop);
  run.options.clock = &clock;
  run.options.clock_step = SteppingClock::kStep;
  std::vector<Nanos> begins;
  int looked = 0;
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, all(work([&](Task& task) -> Coroutine {
                      for (int i = 0; i < kTurns; ++i) {
                        begins.push_back(clock.truly);
                        clock.truly += 300;
                        if (i == kTurns / 2) looked = clock.looks;
                        co_await io(task, 0);
                      }
                    })));
  }, kForever);
  EXPECT_LE(clock.looks - looked, kTurns / 4);
  Nanos least = kForever, most = -kForever;
  std::size_t turn = 0;
  for (const auto& lane : run.lanes())
    for (const auto& event : lane) {
      if (event.kind != EventKind::run || event.task == kRootTask || turn == begins.size()) continue;
      const Nanos late = begins[turn++] - event.at;
      if (turn <= kTurns / 2) continue;  // how fast turns are has to be found out
      least = std::min(least, late);
      most = std::max(most, late);
    }
  EXPECT_EQ(turn, begins.size());
  EXPECT_LE(most - least, SteppingClock::kStep * 6 / 5 + 300);  // (a turn that begins just before a look)
}

TEST(Loop, HoldsAHundredThousandWaitingTasks) {
  Trial run(ExecutorKind::loop);
  const Nanos begin = run.options.clock->now();
  run.run([](Task& task) -> Coroutine {
    co_await gather(task, times(100'000, [](Task& task) -> Coroutine { co_await io(task, 100 * kMs); }));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished);
  EXPECT_EQ(run.outcomes()[Outcome::finished], 100'000);
  EXPECT_LT(run.options.clock->now() - begin, 1'000'000 * kMs);  // one after another: 10,000 s
  EXPECT_GT(run.fact(Fact::bytes_per_task), 100);
}

TEST(Serial, ResumesNobodyElseWhileATaskWaits) {
  Trial run(ExecutorKind::serial);
  run.use_fake_clock();
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, all(steps(Said{run}, "a", pauses(3 * kMs, kMs)), steps(Said{run}, "b", pauses(kMs)), steps(Said{run}, "c", pauses(0, 0))));
    run.said.push_back("main");
  });
  EXPECT_EQ(run.order(), "a0 a1 a2 b0 b1 c0 c1 c2 main");
  expect_well_formed(run);
}

TEST(Serial, CancelsTheRestOfAGatherWhenAChildFails) {
  Trial run(ExecutorKind::serial);
  run.use_fake_clock();
  auto bad = work([](Task& task) -> Coroutine {
    co_await io(task, kMs);
    throw OperationFailed{"boom"};
  });
  run.run([&](Task& task) -> Coroutine { co_await gather(task, all(steps(Said{run}, "a"), bad, steps(Said{run}, "b"), steps(Said{run}, "c"))); });
  EXPECT_EQ(run.order(), "a0");
  EXPECT_EQ(run.end.end, RunEnd::failed);
  EXPECT_EQ(run.end.sentence, "boom");
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], 2);
  expect_well_formed(run);
}

TEST(Cooperative, PollOfNothingNeverBlocksAndGetsOn) {
  for (auto kind : {ExecutorKind::serial, ExecutorKind::loop}) {
    Trial run(kind);
    run.use_fake_clock();
    run.start([](Task& task) -> Coroutine {
      co_await gather(task, times(3, [](Task& task) -> Coroutine {
        co_await compute(task, kMs);
        co_await io(task, kMs);
      }));
    });
    int polls = 0, waits = 0;
    for (;; ++polls) {
      const Nanos before = run.options.clock->now();
      run.end = run.executor->poll(0);
      if (run.end.kind == Progress::Kind::done) break;
      EXPECT_LE(run.options.clock->now() - before, 100'000) << "one slice at most";
      if (run.end.kind == Progress::Kind::waiting) {
        ++waits;
        run.options.clock->wait_until(run.end.until);
      }
      ASSERT_LT(polls, 1000);
    }
    EXPECT_GT(waits, 0);
    EXPECT_GT(polls, 3 * 10);
    expect_well_formed(run);
  }
}

TEST(Cooperative, ALaneOfALoopPollsWhileItsTasksWait) {
  Trial run(ExecutorKind::loop);
  run.use_fake_clock();
  run.run([](Task& task) -> Coroutine {
    co_await io(task, kMs);
    co_await gather(task, times(2, [](Task& task) -> Coroutine { co_await io(task, kMs); }));
  });
  std::vector<EventKind> lane_says;
  for (const auto& lane : run.lanes())
    for (const auto& event : lane)
      if (event.lane_kind == LaneKind::loop &&
          (event.kind == EventKind::lane_idle || event.kind == EventKind::lane_polling || event.kind == EventKind::lane_ended))
        lane_says.push_back(event.kind);
  EXPECT_EQ(lane_says, (std::vector{EventKind::lane_idle, EventKind::lane_polling, EventKind::lane_ended}));
}

TEST(Cooperative, ABodyThatSwallowsCancelIsLeftSuspended) {
  Trial run(ExecutorKind::loop);
  int swallowed = 0;
  run.start([&](Task& task) -> Coroutine {
    for (;;) {
      try {
        co_await io(task, 3'600'000 * kMs);
      } catch (const Cancelled&) {
        ++swallowed;
      }
    }
  });
  while (run.executor->poll(0).kind == Progress::Kind::busy) {}
  run.executor->cancel();
  EXPECT_EQ(run.finish().end, RunEnd::cancelled);
  EXPECT_EQ(swallowed, 1);
}

/// Answers when told to.
struct HandRequests final : Requests {
  int limit = 2;
  std::vector<std::uint64_t> open, given_up;
  std::vector<Answer> answers;
  int abandoned = 0;
  int most_at_once() const override { return limit; }
  void start(std::uint64_t id, Nanos, std::int64_t) override { open.push_back(id); }
  void finished(std::vector<Answer>& to) override { to.insert(to.end(), answers.begin(), answers.end()), answers.clear(); }
  Answer perform(Nanos, std::int64_t, Standstill&) override { return {}; }
  void give_up(std::uint64_t id) override { given_up.push_back(id); }
  void abandon_all() override { ++abandoned; }
};

TEST(Loop, KeepsRequestsBeyondTheLimitWaitingForAConnection) {
  Trial run(ExecutorKind::loop);
  run.use_fake_clock();
  HandRequests requests;
  run.options.requests = &requests;
  std::vector<std::int64_t> bytes;
  run.start([&](Task& task) -> Coroutine {
    co_await gather(task, times(3, [&](Task& task) -> Coroutine {
      const Operation answer = co_await request(task, 20 * kMs, 100);
      bytes.push_back(answer.number);
    }));
  });
  while (requests.open.size() < 2) run.executor->poll(0);
  for (int i = 0; i < 20; ++i) run.executor->poll(0);
  ASSERT_EQ(requests.open.size(), 2u);
  requests.answers.push_back({requests.open[1], 7, ""});
  while (requests.open.size() < 3) run.executor->poll(0);
  requests.answers.push_back({requests.open[0], 8, ""});
  requests.answers.push_back({requests.open[2], 0, "The server went away."});
  EXPECT_EQ(run.finish(0).end, RunEnd::failed);
  EXPECT_EQ(run.end.sentence, "The server went away.");
  EXPECT_EQ(bytes, (std::vector<std::int64_t>{7, 8}));
  std::vector<WaitReason> reasons;
  for (const auto& lane : run.lanes())
    for (const auto& event : lane)
      if (event.kind == EventKind::wait && event.task != kRootTask) reasons.push_back(event.reason());
  EXPECT_EQ(reasons, (std::vector{WaitReason::request, WaitReason::request, WaitReason::connection, WaitReason::request}));
}

TEST(Loop, ARequestThatIsCancelledLeavesItsConnectionToTheNext) {
  Trial run(ExecutorKind::loop);
  run.use_fake_clock();
  HandRequests requests;
  requests.limit = 1;
  run.options.requests = &requests;
  std::int64_t bytes = 0;
  run.start([&](Task& task) -> Coroutine {
    const auto first = work([](Task& task) -> Coroutine { co_await request(task, 20 * kMs); });
    const auto second = work([&](Task& task) -> Coroutine { bytes = (co_await request(task, 20 * kMs, 100)).number; });
    co_await spawn(task, first);
    co_await spawn(task, second);
    co_await io(task, kMs);
    co_await cancel(task, first);
    co_await join(task, second);
  });
  for (int i = 0; i < 100 && requests.open.size() < 2; ++i) run.executor->poll(kMs);
  ASSERT_EQ(requests.open.size(), 2u);
  EXPECT_EQ(requests.given_up, std::vector<std::uint64_t>{requests.open[0]});
  requests.answers.push_back({requests.open[1], 7, ""});
  EXPECT_EQ(run.finish(0).end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(bytes, 7);
}

TEST(Loop, GivesRequestsUpWhenCancelled) {
  Trial run(ExecutorKind::loop);
  HandRequests requests;
  run.options.requests = &requests;
  run.start([&](Task& task) -> Coroutine { co_await request(task, 20 * kMs); });
  while (requests.open.empty()) run.executor->poll(0);
  run.executor->cancel();
  EXPECT_EQ(run.finish().end, RunEnd::cancelled);
  EXPECT_EQ(requests.abandoned, 1);
}

}  // namespace
}  // namespace interleave::testing
