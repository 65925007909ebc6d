// processes_test.cpp -- the parent's side and the child's, without real processes: children live in this one, behind the
// same bytes. Real ones are tests/platform's.
#include "nursery.h"

namespace interleave::testing {
namespace {

/// A call that travels as bytes: which body of the table, and a number.
class TableWork final : public Work {
 public:
  using Body = std::function<Coroutine(Task&, std::int64_t, std::int64_t&)>;
  static std::vector<Body>& table() {
    static std::vector<Body> bodies;
    return bodies;
  }
  TableWork(std::uint8_t body, std::int64_t argument) : body_(body), argument_(argument) {}
  Coroutine run(Task& task) override { return table().at(body_)(task, argument_, result); }
  std::optional<Bytes> to_bytes(std::string*) const override { return Bytes{body_, static_cast<std::uint8_t>(argument_)}; }
  std::optional<Bytes> result_to_bytes(std::string*) const override {
    return Bytes{static_cast<std::uint8_t>(result), static_cast<std::uint8_t>(result >> 8)};
  }
  bool result_from_bytes(const Bytes& bytes) override {
    if (bytes.size() != 2) return false;
    result = bytes[0] | bytes[1] << 8;
    return true;
  }
  std::int64_t result = -1;

 private:
  std::uint8_t body_;
  std::int64_t argument_;
};

class TableRoot final : public Root {
 public:
  explicit TableRoot(std::function<Coroutine(Task&)> main) : main_(std::move(main)) {}
  std::shared_ptr<Work> main() override { return work(main_); }
  std::optional<Bytes> to_bytes() const override { return Bytes{42}; }
  std::shared_ptr<Work> work_from_bytes(const Bytes& bytes) override {
    if (bytes.size() != 2 || bytes[0] >= TableWork::table().size()) return nullptr;
    return std::make_shared<TableWork>(bytes[0], bytes[1]);
  }

 private:
  std::function<Coroutine(Task&)> main_;
};

struct ProcessTrial : Trial {
  Nursery nursery{[](const Bytes& bytes, std::string* why) -> std::shared_ptr<Root> {
    if (bytes == Bytes{42}) return std::make_shared<TableRoot>(nullptr);
    *why = "not a program";
    return nullptr;
  }};
  ProcessTrial() : Trial(ExecutorKind::processes) {
    options.clock = &nursery;
    options.processes = &nursery;
    options.workers = 2;
  }
  const Progress& run_main(std::function<Coroutine(Task&)> main) {
    start(std::make_shared<TableRoot>(std::move(main)));
    return finish();
  }
};

std::vector<std::shared_ptr<Work>> calls(int count, std::uint8_t body) {
  std::vector<std::shared_ptr<Work>> works;
  for (int i = 0; i < count; ++i) works.push_back(std::make_shared<TableWork>(body, i));
  return works;
}

Coroutine square(Task& task, std::int64_t n, std::int64_t& result) {
  co_await io(task, kMs / 2);
  co_await compute(task, kMs / 5);
  result = n * n;
}
Coroutine fail(Task& task, std::int64_t, std::int64_t&) {
  co_await compute(task, kMs / 10);
  throw OperationFailed{"it broke"};
}
Coroutine family(Task& task, std::int64_t n, std::int64_t& result) {
  co_await gather(task, times(3, [&result](Task& task) -> Coroutine {
    co_await compute(task, kMs / 10);
    ++result;
  }));
  result += n;
}
Coroutine endless_family(Task& task, std::int64_t, std::int64_t&) {
  co_await gather(task, times(3, [](Task& task) -> Coroutine { co_await compute(task, 3'600'000 * kMs); }));
}
Coroutine never(Task& task, std::int64_t, std::int64_t&) {
  for (;;) co_await compute(task, 50 * kMs);
}
Coroutine last_words(Task& task, std::int64_t, std::int64_t& result) {
  try {
    co_await io(task, 3'600'000 * kMs);
  } catch (const Cancelled&) {
    result = 42;
  }
}

class ProcessesTest : public ::testing::Test {
 protected:
  void SetUp() override { TableWork::table() = {square, fail, never, family, endless_family, last_words}; }
  ProcessTrial run;
};

TEST_F(ProcessesTest, RunsEveryTaskOnceAndBringsItsResultHome) {
  std::int64_t sum = 0;
  run.run_main([&](Task& task) -> Coroutine {
    auto works = calls(20, 0);
    co_await gather(task, works);
    for (const auto& work : works) sum += static_cast<TableWork&>(*work).result;
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(sum, 2470);
  EXPECT_EQ(run.outcomes()[Outcome::finished], 20);
  EXPECT_LE(most_at_once(run), 2);
  EXPECT_GT(run.fact(Fact::copied_bytes), 0);
  EXPECT_EQ(run.nursery.alive(), 0);
  expect_well_formed(run, false);
}

TEST_F(ProcessesTest, AFailureReachesTheWaiterAndNobodyElse) {
  std::string caught;
  run.run_main([&](Task& task) -> Coroutine {
    try {
      co_await gather(task, calls(1, 1));
    } catch (const OperationFailed& failed) {
      caught = failed.sentence;
    }
    co_await gather(task, calls(2, 0));
  });
  EXPECT_EQ(caught, "it broke");
  EXPECT_EQ(run.end.end, RunEnd::finished);
  EXPECT_EQ(run.outcomes()[Outcome::failed], 1);
  EXPECT_EQ(run.outcomes()[Outcome::finished], 2);
}

TEST_F(ProcessesTest, ALostChildFailsItsTaskAndTheOthersRunElsewhereOnce) {
  run.options.workers = 1;
  std::string caught;
  run.start(std::make_shared<TableRoot>([&](Task& task) -> Coroutine {
    auto queued = calls(3, 0);
    co_await spawn(task, std::make_shared<TableWork>(2, 0));
    for (const auto& work : queued) co_await spawn(task, work);
    co_await gather(task, queued);
  }));
  Progress progress;
  bool killed = false;
  do {
    progress = run.executor->poll(2 * kMs);
    if (!killed && run.outcomes().empty() && run.nursery.spawned() == 1 && progress.kind != Progress::Kind::done) {
      for (const auto& lane : run.lanes())
        for (const auto& event : lane) killed |= event.kind == EventKind::run && event.task > kRootTask;
      if (killed) run.nursery.lose(0);
    }
  } while (progress.kind != Progress::Kind::done);
  EXPECT_TRUE(killed);
  EXPECT_EQ(progress.end, RunEnd::finished) << progress.sentence;
  EXPECT_EQ(run.outcomes()[Outcome::lost], 1);
  EXPECT_EQ(run.outcomes()[Outcome::finished], 3);
  EXPECT_EQ(run.nursery.spawned(), 2);
  EXPECT_EQ(run.nursery.alive(), 0);
}

TEST_F(ProcessesTest, TasksThatAChildMakesHaveNumbersOfTheirOwn) {
  run.run_main([](Task& task) -> Coroutine { co_await gather(task, calls(6, 3)); });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(run.outcomes()[Outcome::finished], 6 + 6 * 3);
  TaskId highest = 0;
  for (const auto& lane : run.lanes())
    for (const auto& event : lane) highest = std::max(highest, event.task);
  EXPECT_EQ(highest, kRootTask + 6 + 6 * 3) << "dense";
  expect_well_formed(run, false);
}

TEST_F(ProcessesTest, WhatALostTaskMadeIsLostWithIt) {
  run.options.workers = 1;
  run.start(std::make_shared<TableRoot>([](Task& task) -> Coroutine { co_await gather(task, calls(1, 4)); }));
  for (int i = 0; i < 20; ++i) run.executor->poll(2 * kMs);
  run.nursery.lose(0);
  run.finish();
  EXPECT_EQ(run.end.end, RunEnd::failed);
  EXPECT_EQ(run.outcomes()[Outcome::lost], 4);
}

TEST_F(ProcessesTest, AChildThatSpeaksOfOthersTasksIsLost) {
  const std::vector<std::uint64_t> lies = {
      event_word(EventKind::done, 0, 3), event_word(EventKind::run, 7 << 16, 2), event_word(EventKind::run_ended, 0, 0),
      event_word(EventKind::done, 0, 0x8000'0000), event_word(EventKind::wake, 0, 2), event_word(EventKind::done, 0, 2)};
  for (const std::uint64_t lie : lies) {
    ProcessTrial trial;
    trial.options.workers = 1;
    trial.start(std::make_shared<TableRoot>([](Task& task) -> Coroutine { co_await gather(task, calls(1, 2)); }));
    for (int i = 0; i < 20; ++i) trial.executor->poll(2 * kMs);
    Bytes message{'W'};
    for (int i = 0; i < 8; ++i) message.push_back(static_cast<std::uint8_t>(lie >> (8 * i)));
    trial.nursery.say(0, message);
    trial.finish();
    EXPECT_EQ(trial.end.end, RunEnd::failed);
    EXPECT_EQ(trial.outcomes()[Outcome::lost], 1);
  }
}

TEST_F(ProcessesTest, ChildrenGetWorkWhileMainComputes) {
  Nanos spawned_done = 0;
  run.run_main([&](Task& task) -> Coroutine {
    for (const auto& work : calls(4, 0)) co_await spawn(task, work);
    co_await compute(task, 60 * kMs);
    co_await io(task, 50 * kMs);
    spawned_done = run.outcomes()[Outcome::finished];
  });
  EXPECT_EQ(spawned_done, 4);
}

TEST_F(ProcessesTest, ChildrenThatKeepDyingEndTheRunWithASentence) {
  run.nursery.stillborn = 100;
  run.run_main([](Task& task) -> Coroutine { co_await gather(task, calls(1, 0)); });
  EXPECT_EQ(run.end.end, RunEnd::failed);
  EXPECT_FALSE(run.end.sentence.empty());
}

TEST_F(ProcessesTest, CancelEndsAComputationThatNeverEnds) {
  run.start(std::make_shared<TableRoot>([](Task& task) -> Coroutine { co_await gather(task, calls(4, 2)); }));
  for (int i = 0; i < 5; ++i) run.executor->poll(2 * kMs);
  run.executor->cancel();
  run.finish();
  EXPECT_EQ(run.end.end, RunEnd::cancelled);
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], 4);
  EXPECT_EQ(run.nursery.alive(), 0);
}

TEST_F(ProcessesTest, ACancelledTaskInTheQueueIsNeverSent) {
  run.options.workers = 1;
  TaskStatus became{};
  Nanos copied = 0;
  run.run_main([&](Task& task) -> Coroutine {
    auto works = calls(4, 0);
    for (const auto& work : works) co_await spawn(task, work);
    for (const std::size_t i : {1, 3}) co_await cancel(task, works[i]);
    became = static_cast<TaskStatus>((co_await status(task, works[3])).number);
    co_await gather_all(task, works);
    copied = run.fact(Fact::copied_bytes);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(became, TaskStatus::cancelled) << "at once";
  EXPECT_EQ(run.outcomes()[Outcome::finished], 2);
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], 2);
  EXPECT_EQ(copied, 2 * (2 + 2)) << "two calls, two results";
  expect_well_formed(run, false);
}

TEST_F(ProcessesTest, ACancelledTaskThatRunsEndsItselfAndItsProcessGoesOn) {
  for (const std::uint8_t body : {2, 4}) {
    ProcessTrial run;
    run.options.workers = 1;
    TaskStatus became{};
    run.run_main([&](Task& task) -> Coroutine {
      auto victim = calls(1, body), after = calls(1, 0);
      co_await spawn(task, victim[0]);
      co_await io(task, 5 * kMs);
      co_await cancel(task, victim[0]);
      co_await gather_all(task, victim);
      became = static_cast<TaskStatus>((co_await status(task, victim[0])).number);
      co_await gather(task, after);
    });
    EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
    EXPECT_EQ(became, TaskStatus::cancelled);
    EXPECT_EQ(run.outcomes()[Outcome::finished], 1);
    EXPECT_EQ(run.nursery.spawned(), 1);
    expect_well_formed(run, false);
  }
}

TEST_F(ProcessesTest, ACancelledTaskMaySayMoreAndItsResultComesHome) {
  std::int64_t result = 0;
  run.run_main([&](Task& task) -> Coroutine {
    auto victim = calls(1, 5);
    co_await spawn(task, victim[0]);
    co_await io(task, 5 * kMs);
    co_await cancel(task, victim[0]);
    co_await cancel(task, victim[0]);
    co_await gather(task, victim);
    result = static_cast<TableWork&>(*victim[0]).result;
    EXPECT_EQ((co_await cancel(task, victim[0])).number, 0) << "it has ended";
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(result, 42);
}

TEST_F(ProcessesTest, ALimitEndsTasksThatRunAndTasksInTheQueue) {
  run.options.workers = 1;
  int timeouts = 0;
  run.run_main([&](Task& task) -> Coroutine {
    auto first = calls(1, 2), second = calls(1, 0);
    co_await spawn(task, first[0]);
    for (const auto& work : {second[0], first[0]}) {
      try {
        co_await wait_for(task, work, 5 * kMs);
      } catch (const OperationFailed& failed) {
        timeouts += failed.kind == std::string("TimeoutError");
      }
    }
    co_await gather(task, calls(2, 0));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(timeouts, 2);
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], 2);
  EXPECT_EQ(run.outcomes()[Outcome::finished], 2);
}

TEST_F(ProcessesTest, ACancelOfMainThatWaitsReachesItsTasks) {
  bool told = false;
  run.run_main([&](Task& task) -> Coroutine {
    auto alarm = std::make_shared<Alarm>();
    co_await arm(task, alarm, 5 * kMs);
    try {
      co_await gather(task, calls(5, 2));
    } catch (const Cancelled&) {
      told = alarm->disarm();
    }
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_TRUE(told);
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], 5);
}

TEST_F(ProcessesTest, WhatCannotBeSentFailsWithASentence) {
  run.run_main([](Task& task) -> Coroutine {
    co_await gather(task, all(work([](Task&) -> Coroutine { co_return; })));
  });
  EXPECT_EQ(run.end.end, RunEnd::failed);
  EXPECT_NE(run.end.sentence.find("cannot be sent"), std::string::npos) << run.end.sentence;
}

TEST_F(ProcessesTest, AChildThatTalksNonsenseIsLost) {
  const std::vector<Bytes> nonsense = {{}, {'D'}, {'W', 1, 2, 3}, {'X', 0}, {'R'}, {'D', 9, 9, 9, 9, 9, 9, 9, 9, 255, 255, 255, 255, 255, 255, 255, 255}};
  for (const Bytes& bytes : nonsense) {
    ProcessTrial trial;
    trial.options.workers = 1;
    trial.start(std::make_shared<TableRoot>([](Task& task) -> Coroutine { co_await gather(task, calls(1, 2)); }));
    for (int i = 0; i < 4; ++i) trial.executor->poll(2 * kMs);
    trial.nursery.say(0, bytes);
    trial.finish();
    EXPECT_EQ(trial.end.end, RunEnd::failed);
    EXPECT_EQ(trial.outcomes()[Outcome::lost], 1);
  }
}

TEST_F(ProcessesTest, AParentThatTalksNonsenseEndsTheChild) {
  RealClock clock;
  RunOptions options;
  options.clock = &clock;
  for (const Bytes& bytes : {Bytes{}, Bytes{'T'}, Bytes{'Z'}, Bytes{'T', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}) {
    ChildServer server(options, [](const Bytes&, std::string*) { return nullptr; });
    server.take(bytes);
    EXPECT_EQ(server.poll(0).kind, Progress::Kind::done);
  }
}

}  // namespace
}  // namespace interleave::testing
