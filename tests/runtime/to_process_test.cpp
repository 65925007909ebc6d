// to_process(): a call in another process, from a task of any executor. Children live in this process, behind the same
// bytes (nursery.h); real ones are tests/platform's.
#include <atomic>
#include <set>

#include "nursery.h"
#include "runtime/fork_join.h"
#include "runtime/sync.h"

namespace interleave::testing {
namespace {

constexpr Nanos kHour = 3'600'000 * kMs;

/// A body of this test's, with a number that goes there and a number that comes back; what it throws keeps its sentence.
class NumberWork final : public Work {
 public:
  using Body = std::function<Coroutine(Task&, std::int64_t& number)>;
  NumberWork(Body body, std::int64_t n) : number(n), body_(std::move(body)) {}
  Coroutine run(Task& task) override { return body_(task, number); }
  std::optional<Bytes> to_bytes(std::string* why) const override {
    if (number < 0) {
      *why = "A negative number cannot be sent to another process.";
      return std::nullopt;
    }
    std::scoped_lock lock(mutex());
    bodies().push_back(body_);
    return Bytes{static_cast<std::uint8_t>(bodies().size() - 1), static_cast<std::uint8_t>(number)};
  }
  static std::shared_ptr<Work> from_bytes(const Bytes& bytes) {
    std::scoped_lock lock(mutex());
    if (bytes.size() != 2 || bytes[0] >= bodies().size()) return nullptr;
    return std::make_shared<NumberWork>(bodies()[bytes[0]], bytes[1]);
  }
  static void forget_bodies() {
    std::scoped_lock lock(mutex());
    bodies().clear();
  }
  std::optional<Bytes> result_to_bytes(std::string*) const override { return Bytes{static_cast<std::uint8_t>(number)}; }
  bool result_from_bytes(const Bytes& bytes) override {
    if (bytes.size() != 1) return false;
    number = bytes[0];
    return true;
  }
  std::int64_t number;

 private:
  static std::mutex& mutex() {
    static std::mutex one;
    return one;
  }
  static std::vector<Body>& bodies() {
    static std::vector<Body> all;
    return all;
  }
  Body body_;
};

/// Its tasks are made here; on `processes` they travel, too.
class CallingRoot final : public Root {
 public:
  explicit CallingRoot(NurseryWork::Body main) : main_(std::move(main)) {}
  std::shared_ptr<Work> main() override { return sendable(main_); }
  std::optional<Bytes> to_bytes() const override { return Bytes{42}; }
  std::shared_ptr<Work> work_from_bytes(const Bytes& bytes) override {
    if (auto number = NumberWork::from_bytes(bytes)) return number;
    return NurseryWork::from_bytes(bytes);
  }

 private:
  NurseryWork::Body main_;
};

class ToProcess : public ::testing::TestWithParam<Candidate> {
 protected:
  ToProcess() : run(GetParam().kind) {
    NumberWork::forget_bodies();
    run.options.clock = &nursery;
    run.options.processes = &nursery;
    run.options.workers = GetParam().workers(2);
  }
  ~ToProcess() override { run.executor.reset(); }  // it borrows the nursery
  void SetUp() override {
    if (!run.make()) GTEST_SKIP() << run.refused;
  }
  void start(NurseryWork::Body main) { run.start(std::make_shared<CallingRoot>(std::move(main))); }
  const Progress& run_main(NurseryWork::Body main) {
    start(std::move(main));
    return run.finish();
  }
  /// Polls until `done` says so.
  void poll_until(const std::function<bool()>& done) {
    const Nanos limit = nursery.now() + 20'000 * kMs;
    while (!done()) {
      ASSERT_NE(run.executor->poll(kMs).kind, Progress::Kind::done) << "it ended before";
      ASSERT_LT(nursery.now(), limit) << "it never came";
    }
  }
  void expect_well_formed() { testing::expect_well_formed(run, GetParam().kind != ExecutorKind::processes); }
  /// Lanes of to_process(), and who ran there.
  std::map<std::string, std::set<TaskId>> called() const {
    std::map<std::string, std::set<TaskId>> found;
    for (const auto& lane : run.lanes()) {
      std::string name;
      for (const auto& event : lane) {
        if (event.kind == EventKind::text && event.role() == TextRole::lane_name) name = event.text;
        if (name.starts_with("to_process") && event.kind == EventKind::run) found[name].insert(event.task);
      }
    }
    return found;
  }
  /// Children that are no workers of `processes`.
  int spawned_for_calls() const { return nursery.spawned() - (GetParam().kind == ExecutorKind::processes ? 2 : 0); }

  Nursery nursery{[](const Bytes&, std::string*) { return std::make_shared<CallingRoot>(nullptr); }};
  Trial run;
};

Coroutine square(Task& task, std::int64_t& n) {
  co_await io(task, kMs / 10);
  co_await compute(task, kMs / 10);
  n *= n;
}
std::shared_ptr<NumberWork> squared(std::int64_t n) { return std::make_shared<NumberWork>(square, n); }
std::shared_ptr<NumberWork> number(NumberWork::Body body, std::int64_t n = 0) { return std::make_shared<NumberWork>(std::move(body), n); }

TEST_P(ToProcess, BringsTheResultOfATaskInALaneOfItsOwn) {
  auto of_main = squared(7);
  run_main([&](Task& task) -> Coroutine { co_await to_process(task, of_main); });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(of_main->number, 49);
  ASSERT_EQ(called().size(), 1u);
  EXPECT_EQ(called().begin()->first, "to_process 1");
  EXPECT_EQ(called().begin()->second.size(), 1u);
  EXPECT_EQ(run.outcomes()[Outcome::finished], 1);
  EXPECT_EQ(nursery.alive(), 0);
  expect_well_formed();
}

TEST_P(ToProcess, TasksCallSeveralAtOnceAndEachIsMadeOnce) {
  std::vector<std::atomic<int>> runs(12);
  std::atomic<int> right = 0;
  run_main([&](Task& task) -> Coroutine {
    std::vector<std::shared_ptr<Work>> tasks;
    for (int i = 0; i < 12; ++i)
      tasks.push_back(sendable([&, i](Task& task) -> Coroutine {
        auto mine = number([&runs](Task& task, std::int64_t& n) -> Coroutine {
          ++runs[static_cast<std::size_t>(n)];
          co_await io(task, kMs / 10);
          n *= n;
        }, i);
        co_await to_process(task, mine);
        right += mine->number == i * i;
      }));
    co_await gather(task, tasks);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  for (const auto& count : runs) EXPECT_EQ(count, 1);
  EXPECT_EQ(right, 12);
  EXPECT_EQ(run.outcomes()[Outcome::finished], 24);
  EXPECT_LE(spawned_for_calls(), 2) << "one per core";
  expect_well_formed();
}

TEST_P(ToProcess, AFailureComesHomeAndIsSaidOnce) {
  std::atomic<bool> caught = false;
  auto failing = number([](Task& task, std::int64_t&) -> Coroutine {
    co_await compute(task, kMs / 10);
    throw OperationFailed{"it broke there"};
  });
  run_main([&](Task& task) -> Coroutine {
    try {
      co_await to_process(task, failing);
    } catch (const OperationFailed& failed) {
      caught = failed.sentence == "it broke there";
    }
    co_await to_process(task, failing);
  });
  EXPECT_TRUE(caught);
  EXPECT_EQ(run.end.end, RunEnd::failed);
  EXPECT_EQ(run.end.sentence, "it broke there");
  EXPECT_EQ(run.texts(TextRole::error).size(), 2u) << "once for each call";
  EXPECT_EQ(run.outcomes()[Outcome::failed], 2);
  expect_well_formed();
}

TEST_P(ToProcess, WhatCannotBeSentSaysSoBeforeAProcessIsStarted) {
  std::string sentence, kind;
  run_main([&](Task& task) -> Coroutine {
    auto unsendable = squared(-1);
    try {
      co_await to_process(task, unsendable);
    } catch (const OperationFailed& failed) {
      sentence = failed.sentence;
      kind = failed.kind;
    }
  });
  EXPECT_EQ(sentence, "A negative number cannot be sent to another process.");
  EXPECT_EQ(kind, "TypeError");
  EXPECT_EQ(spawned_for_calls(), 0);
}

TEST_P(ToProcess, TasksAndLocksAreItsParents) {
  std::vector<std::string> refused;
  Lock lock;
  lock.sync().set_place(0);
  auto greedy = number([&](Task& task, std::int64_t& n) -> Coroutine {
    try {
      co_await acquire(task, lock);
    } catch (const OperationFailed& failed) {
      refused.push_back(failed.sentence);
    }
    auto child = work([](Task&) -> Coroutine { co_return; });
    try {
      co_await spawn(task, child);
    } catch (const OperationFailed& failed) {
      refused.push_back(failed.sentence);
    }
    n = 3;
  });
  run_main([&](Task& task) -> Coroutine { co_await to_process(task, greedy); });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(greedy->number, 3);
  ASSERT_EQ(refused.size(), 2u);
  for (const std::string& sentence : refused)
    EXPECT_EQ(sentence, "Tasks, locks, events and queues belong to the process that called: a function in to_process() cannot use them.");
  expect_well_formed();
}

TEST_P(ToProcess, ACallMayForkAndRecordAnyNumberOfEvents) {
  auto talker = number([](Task& task, std::int64_t& n) -> Coroutine {
    const auto [a, b] = both(forks_of(task), [](Forks&) { return 3; }, [](Forks&) { return 4; });
    const std::string text(60'000, 'x');
    for (int i = 0; i < 400; ++i) task.port->say(task, TextRole::output, text);  // in one step: not all is told
    co_await compute(task, kMs / 10);
    n = a * b;
  });
  run_main([&](Task& task) -> Coroutine { co_await to_process(task, talker); });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(talker->number, 12);
  EXPECT_EQ(count(run, [](const Recorded& event) { return event.kind == EventKind::fork; }), 1);
  EXPECT_GT(run.recorder.dropped_events(), 100u);
}

TEST_P(ToProcess, ALostProcessFailsItsCallAndTheOthersGoElsewhereOnce) {
  run.options.cores = 1;
  run.options.workers = 1;
  if (GetParam().several) GTEST_SKIP() << "one core is one loop";
  ASSERT_TRUE(run.make());
  std::atomic<int> hanging = 0, others = 0, lost = 0;
  start([&](Task& task) -> Coroutine {
    auto victim = sendable([&](Task& task) -> Coroutine {
      auto hangs = number([&](Task& task, std::int64_t&) -> Coroutine {
        ++hanging;
        co_await io(task, kHour);
      });
      try {
        co_await to_process(task, hangs);
      } catch (const OperationFailed& failed) {
        lost += failed.sentence == "The process that ran this task was lost.";
      }
    });
    if (GetParam().kind == ExecutorKind::serial || GetParam().kind == ExecutorKind::processes || GetParam().kind == ExecutorKind::threads || GetParam().kind == ExecutorKind::gil) {
      co_await gather(task, all(victim));  // one after the other
      for (int i = 0; i < 3; ++i) {
        auto other = number([&](Task& task, std::int64_t&) -> Coroutine { ++others; co_await io(task, kMs); });
        co_await to_process(task, other);
      }
      co_return;
    }
    std::vector<std::shared_ptr<Work>> tasks{victim};
    for (int i = 0; i < 3; ++i)
      tasks.push_back(sendable([&](Task& task) -> Coroutine {
        auto other = number([&](Task& task, std::int64_t&) -> Coroutine { ++others; co_await io(task, kMs); });
        co_await to_process(task, other);
      }));
    co_await gather(task, tasks);
  });
  poll_until([&] { return hanging == 1; });
  nursery.lose(nursery.spawned() - 1);
  run.finish();
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(hanging, 1) << "it is made nowhere else";
  EXPECT_EQ(lost, 1);
  EXPECT_EQ(others, 3);
  EXPECT_EQ(run.outcomes()[Outcome::lost], 1);
  EXPECT_EQ(run.texts(TextRole::notice), std::vector<std::string>{"A process for to_process() was lost."}) << "seen: none";
  EXPECT_EQ(nursery.alive(), 0);
  expect_well_formed();
}

TEST_P(ToProcess, LostProcessesAreCountedInOneSentence) {
  std::atomic<int> began = 0, failed = 0;
  start([&](Task& task) -> Coroutine {
    auto caller = sendable([&](Task& task) -> Coroutine {
      for (int i = 0; i < 2; ++i) {
        auto hangs = number([&](Task& task, std::int64_t&) -> Coroutine {
          ++began;
          co_await io(task, kHour);
        });
        try {
          co_await to_process(task, hangs);
        } catch (const OperationFailed&) {
          ++failed;
        }
      }
    });
    co_await gather(task, all(caller));
  });
  for (int i = 0; i < 2; ++i) {
    poll_until([&] { return began == i + 1; });
    nursery.lose(nursery.spawned() - 1);
  }
  run.finish();
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(failed, 2);
  std::vector<std::string> notices = run.texts(TextRole::notice);
  std::erase_if(notices, [](const std::string& each) { return each.find("to_process()") == std::string::npos; });  // that there is one loop only
  EXPECT_EQ(notices, (std::vector<std::string>{"A process for to_process() was lost.", "2 processes for to_process() were lost in this run."}));
  EXPECT_EQ(nursery.alive(), 0);
}

TEST_P(ToProcess, WhoGivesUpItsWaitWaitsNoLonger) {
  std::atomic<int> begun = 0, told = 0;
  run_main([&](Task& task) -> Coroutine {
    auto waits = sendable([&](Task& task) -> Coroutine {
      auto hangs = number([&](Task& task, std::int64_t&) -> Coroutine {
        ++begun;
        try {
          co_await io(task, kHour);
        } catch (const Cancelled&) {
          ++told;
          throw;
        }
      });
      co_await to_process(task, hangs);
    });
    bool time_is_up = false;
    try {
      co_await wait_for(task, waits, 50 * kMs);
    } catch (const OperationFailed& failed) {
      time_is_up = failed.kind == std::string_view("TimeoutError");
    }
    EXPECT_TRUE(time_is_up);
    auto after = squared(3);
    co_await to_process(task, after);  // the process that was cancelled takes this one, or another does
    EXPECT_EQ(after->number, 9);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_LE(begun, 1);
  EXPECT_LE(told, begun);
  expect_well_formed();
}

TEST_P(ToProcess, CancelEndsARunWhoseProcessesHang) {
  std::atomic<int> hanging = 0;
  start([&](Task& task) -> Coroutine {
    co_await gather(task, sendables(3, [&](Task& task) -> Coroutine {
      auto hangs = number([&](Task& task, std::int64_t&) -> Coroutine {
        ++hanging;
        co_await io(task, kHour);
      });
      co_await to_process(task, hangs);
    }));
  });
  poll_until([&] { return hanging > 0; });
  run.executor->cancel();
  run.finish();
  EXPECT_EQ(run.end.end, RunEnd::cancelled);
  EXPECT_EQ(nursery.alive(), 0);
  expect_well_formed();
}

TEST_P(ToProcess, TheEndOfMainEndsWhatIsUnderWay) {
  std::atomic<int> hanging = 0;
  start([&](Task& task) -> Coroutine {
    auto abandoned = sendable([&](Task& task) -> Coroutine {
      auto hangs = number([&](Task& task, std::int64_t&) -> Coroutine {
        ++hanging;
        co_await io(task, kHour);
      });
      co_await to_process(task, hangs);
    });
    co_await spawn(task, abandoned);
    if (GetParam().kind == ExecutorKind::serial) co_return;  // there main goes first
    while (hanging == 0) co_await io(task, kMs / 10);
  });
  run.finish();
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(nursery.alive(), 0);
  expect_well_formed();
}

TEST_P(ToProcess, ProcessesThatKeepDyingAreNotStartedForEver) {
  std::string sentence;
  if (GetParam().kind == ExecutorKind::processes) GTEST_SKIP() << "its workers come first";
  nursery.stillborn = 1'000;
  run_main([&](Task& task) -> Coroutine {
    auto call = squared(2);
    try {
      co_await to_process(task, call);
    } catch (const OperationFailed& failed) {
      sentence = failed.sentence;
    }
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(sentence, "Processes for to_process() were lost more often than they are started again.");
  EXPECT_EQ(nursery.spawned(), 3);
  expect_well_formed();
}

TEST_P(ToProcess, WhatAnEndIsTheCauseOf) {
  run_main([&](Task& task) -> Coroutine {
    auto call = squared(2);
    co_await to_process(task, call);
  });
  // main's wait for the call was ended by the call's end.
  bool found = false;
  std::map<int, std::string> names;
  for (const auto& lane : run.lanes())
    for (const auto& event : lane)
      if (event.kind == EventKind::text && event.role() == TextRole::lane_name) names[event.lane] = event.text;
  for (const auto& lane : run.lanes())
    for (const auto& event : lane)
      if (event.kind == EventKind::wake && event.task == kRootTask) found |= names[static_cast<int>(Cause::from_word(event.payload).lane_plus_1) - 1] == "to_process 1";
  EXPECT_TRUE(found);
}

TEST(ToProcessWithoutProcesses, IsRefusedInASentence) {
  for (const Candidate& candidate : candidates_with_one_memory()) {
    Trial run(candidate.kind);
    if (candidate.several) run.options.workers = 2;
    if (!run.make()) continue;
    std::vector<std::string> refused;
    std::mutex mutex;
    run.run([&](Task& task) -> Coroutine {
      auto body = [&](Task& task) -> Coroutine {
        auto call = squared(2);
        try {
          co_await to_process(task, call);
        } catch (const OperationFailed& failed) {
          std::scoped_lock lock(mutex);
          refused.push_back(failed.sentence);
        }
      };
      co_await gather(task, all(work(body)));
      auto call = squared(2);
      try {
        co_await to_process(task, call);
      } catch (const OperationFailed& failed) {
        std::scoped_lock lock(mutex);
        refused.push_back(failed.sentence);
      }
    });
    EXPECT_EQ(refused, std::vector<std::string>(2, "There are no processes here for to_process().")) << candidate;
  }
}

INSTANTIATE_TEST_SUITE_P(All, ToProcess, ::testing::ValuesIn(every_candidate()), [](const auto& info) { return info.param.name(); });

}  // namespace
}  // namespace interleave::testing
