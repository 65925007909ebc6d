// processes_test.cpp -- the parent's side and the child's, without real processes: children live in this one, behind the
// same bytes. Real ones are tests/platform's.
#include <algorithm>
#include <set>

#include "nursery.h"
#include "runtime/fork_join.h"
#include "runtime/process_messages.h"
#include "runtime/sync.h"
#include "runtime/wire.h"

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

/// What tasks of all processes use. A child knows of an object only where it is; that it is the same one here, in one
/// memory, nobody makes use of.
struct Shelf {
  Lock a, b;
  Semaphore two{2};
  Event go;
  Queue<Bytes> items{1};
  std::vector<const SyncHandle*> all{&a, &b, &two, &go, &items};
  Shelf() {
    for (std::size_t i = 0; i < all.size(); ++i) all[i]->sync().set_place(i);
  }
};
std::unique_ptr<Shelf> shelf;

class TableRoot final : public Root {
 public:
  explicit TableRoot(std::function<Coroutine(Task&)> main) : main_(std::move(main)) {}
  std::shared_ptr<Work> main() override { return work(main_); }
  std::optional<Bytes> to_bytes() const override { return Bytes{42}; }
  std::shared_ptr<Work> work_from_bytes(const Bytes& bytes) override {
    if (bytes.size() != 2 || bytes[0] >= TableWork::table().size()) return nullptr;
    return std::make_shared<TableWork>(bytes[0], bytes[1]);
  }
  Sync* object_at(std::uint64_t place, ObjectKind, std::int64_t) override {
    return place < shelf->all.size() ? &shelf->all[place]->sync() : nullptr;
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
  co_await compute(task, kMs / 2);  // so that what it says between two flushes fits
  throw OperationFailed{"it broke"};
}
Coroutine family(Task& task, std::int64_t n, std::int64_t& result) {
  co_await gather(task, times(3, [&result](Task& task) -> Coroutine {
    co_await compute(task, kMs / 2);  // so that what it says between two flushes fits
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
  void SetUp() override {
    shelf = std::make_unique<Shelf>();
    TableWork::table() = {square, fail, never, family, endless_family, last_words};
  }
  /// Works of a body of its own.
  std::vector<std::shared_ptr<Work>> bodies(int count, TableWork::Body body) {
    TableWork::table().push_back(std::move(body));
    return calls(count, static_cast<std::uint8_t>(TableWork::table().size() - 1));
  }
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

// Seen: what it had computed was shown as the copying of its result.
TEST_F(ProcessesTest, ATasksResultIsCopiedWhenItHasComputed) {
  const auto computing = bodies(1, [&clock = run.nursery](Task&, std::int64_t, std::int64_t& result) -> Coroutine {
    for (const Nanos until = clock.now() + 5 * kMs; clock.now() < until;) ++result;
    result = 1;
    co_return;
  });
  run.run_main([&](Task& task) -> Coroutine { co_await gather(task, computing); });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  Nanos ran = -1, copied = -1;
  for (const auto& lane : run.lanes())
    for (const auto& event : lane) {
      if (event.task != kRootTask + 1) continue;
      if (event.kind == EventKind::run && ran < 0) ran = event.at;
      if (event.kind == EventKind::copy) copied = event.at;  // the last is the result's
    }
  EXPECT_GE(copied - ran, 5 * kMs);
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

// Seen: it was said before the run's zero, and the whole run lay at the machine's own time.
TEST_F(ProcessesTest, FewerThanWereAskedForAreSaidAndTheRunBeginsAtZero) {
  run.nursery.stillborn = 1;
  const Nanos before = run.options.clock->now();
  run.run_main([](Task& task) -> Coroutine { co_await gather(task, calls(2, 0)); });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  const auto notices = run.texts(TextRole::notice);
  EXPECT_EQ(std::ranges::count(notices, "1 of 2 processes started."), 1);
  EXPECT_EQ(run.fact(Fact::workers), 1);
  EXPECT_EQ(run.fact(Fact::workers_asked), 2);
  EXPECT_LE(run.makespan(), run.options.clock->now() - before);
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

constexpr std::size_t kLongText = 60'000;
Coroutine talker(Task& task, std::int64_t, std::int64_t& result) {  // 24 MB
  const std::string text(kLongText, 'x');
  for (result = 0; result < 400; ++result) {
    task.port->say(task, TextRole::output, text);
    co_await compute(task, kMs / 2);  // so that what it says between two flushes fits
  }
}

TEST_F(ProcessesTest, ATaskThatRecordsMoreThanAChildKeepsIsNotLost) {
  const auto talkers = bodies(1, talker);
  run.run_main([&](Task& task) -> Coroutine { co_await gather(task, talkers); });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(static_cast<TableWork&>(*talkers[0]).result, 400);
  EXPECT_EQ(run.texts(TextRole::output).size(), 400u);
  EXPECT_EQ(run.recorder.dropped_events(), 0u);
  expect_well_formed(run, false);
}

TEST_F(ProcessesTest, WhatAChildRecordsFasterThanItTellsIsCountedAndItsTaskGoesOn) {
  run.options.workers = 1;
  const auto talkers = bodies(1, [](Task& task, std::int64_t, std::int64_t& result) -> Coroutine {
    const std::string text(400, 'x');
    auto before = work([](Task& task) -> Coroutine { co_await io(task, 2 * kMs); });
    co_await spawn(task, before);
    for (int i = 0; i < 50'000; ++i) task.port->say(task, TextRole::output, text);  // in one step
    auto after = work([](Task& task) -> Coroutine {
      co_await acquire(task, shelf->a);
      task.port->say(task, TextRole::error, "it was heard");
      co_await release(task, shelf->a);
    });
    co_await spawn(task, after);
    co_await join(task, before);
    co_await join(task, after);
    result = 42;
  });
  const auto later = bodies(2, [](Task& task, std::int64_t, std::int64_t& result) -> Coroutine {
    task.port->say(task, TextRole::error, "the next ones, too");
    result = 1;
    co_return;
  });
  run.run_main([&](Task& task) -> Coroutine {
    co_await gather(task, talkers);
    co_await gather(task, later);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(static_cast<TableWork&>(*talkers[0]).result, 42);
  EXPECT_EQ(static_cast<TableWork&>(*later[1]).result, 1);
  EXPECT_EQ(std::ranges::count(run.texts(TextRole::error), "the next ones, too"), 2);
  EXPECT_EQ(run.nursery.spawned(), 1);
  EXPECT_GT(run.recorder.dropped_events(), 100u);
  EXPECT_EQ(run.outcomes()[Outcome::finished], 3) << "how what it made ended is not known";
}

TEST_F(ProcessesTest, ATaskThatFillsItsRecordingLeavesTheNextOneAnother) {
  run.options.workers = 1;
  const auto filler = bodies(1, [](Task& task, std::int64_t, std::int64_t& result) -> Coroutine {
    for (int i = 0; i < 1'200'000; ++i) task.port->say(task, TextRole::error, "x");  // in one step
    result = 1;
    co_return;
  });
  const auto next = bodies(1, [](Task& task, std::int64_t, std::int64_t& result) -> Coroutine {
    co_await compute(task, kMs);
    task.port->say(task, TextRole::output, "next");
    result = 2;
  });
  run.run_main([&](Task& task) -> Coroutine {
    co_await gather(task, filler);
    co_await gather(task, next);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_GT(run.recorder.dropped_events(), 100u);
  EXPECT_EQ(run.texts(TextRole::output), std::vector<std::string>{"next"});
}

TEST_F(ProcessesTest, TasksThatHaveEndedAreForgottenAndTheirLocksAreNot) {
  run.options.workers = 1;
  auto holders = bodies(1, [](Task& task, std::int64_t, std::int64_t&) -> Coroutine {
    auto taker = work([](Task& task) -> Coroutine { co_await acquire(task, shelf->a); });
    co_await gather(task, all(taker));
    co_await io(task, kHour);
  });
  bool had = false;
  run.start(std::make_shared<TableRoot>([&](Task& task) -> Coroutine {
    co_await spawn(task, holders[0]);
    co_await io(task, 20 * kMs);
    co_await acquire(task, shelf->a);
    had = true;
  }));
  for (int i = 0; i < 40; ++i) run.executor->poll(2 * kMs);
  EXPECT_FALSE(had);
  run.nursery.lose(0);
  run.finish();
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_TRUE(had);
}

std::int64_t fib(Forks& forks, int n) {
  if (n < 2) return n;
  const auto [a, b] = both(forks, [n](Forks& forks) { return fib(forks, n - 1); }, [n](Forks& forks) { return fib(forks, n - 2); });
  return a + b;
}

TEST_F(ProcessesTest, ATaskInAChildForks) {
  const auto forking = bodies(1, [](Task& task, std::int64_t, std::int64_t& result) -> Coroutine {
    result = fib(forks_of(task), 12);
    co_return;
  });
  run.run_main([&](Task& task) -> Coroutine { co_await gather(task, forking); });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(static_cast<TableWork&>(*forking[0]).result, 144);
  EXPECT_GT(count(run, [](const Recorded& event) { return event.kind == EventKind::fork && event.task == kRootTask + 1; }), 100);
  expect_well_formed(run, false);
}

// -- Locks and the like, of which all processes have one ---------------------------------------------------------------

TEST_F(ProcessesTest, ALockHoldsBetweenProcesses) {
  int inside = 0, most = 0, times_inside = 0;
  const auto users = bodies(6, [&](Task& task, std::int64_t, std::int64_t&) -> Coroutine {
    for (int i = 0; i < 5; ++i) {
      co_await acquire(task, shelf->a);
      most = std::max(most, ++inside);
      co_await io(task, kMs / 10);
      --inside;
      ++times_inside;
      co_await release(task, shelf->a);
    }
  });
  run.run_main([&](Task& task) -> Coroutine {
    for (const auto& user : users) co_await spawn(task, user);
    for (int i = 0; i < 5; ++i) {  // main is one of them
      co_await acquire(task, shelf->a);
      most = std::max(most, ++inside);
      co_await io(task, kMs / 10);
      --inside;
      co_await release(task, shelf->a);
    }
    co_await gather(task, users);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(most, 1);
  EXPECT_EQ(times_inside, 30);
  expect_well_formed(run, false);
}

TEST_F(ProcessesTest, WhoWaitsIsWokenInOrderAndTheTraceSaysByWhom) {
  std::vector<std::int64_t> order;
  run.options.workers = 3;
  run.options.machine_cores = 3;
  const auto waiters = bodies(3, [&](Task& task, std::int64_t n, std::int64_t&) -> Coroutine {
    co_await release(task, shelf->two);
    co_await acquire(task, shelf->a);
    order.push_back(n);
    co_await release(task, shelf->a);
  });
  run.run_main([&](Task& task) -> Coroutine {
    co_await acquire(task, shelf->a);
    co_await acquire(task, shelf->two);
    co_await acquire(task, shelf->two);
    for (const auto& waiter : waiters) {
      co_await spawn(task, waiter);
      co_await acquire(task, shelf->two);
    }
    co_await io(task, 5 * kMs);
    co_await release(task, shelf->a);
    co_await gather(task, waiters);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(order, (std::vector<std::int64_t>{0, 1, 2}));
  expect_well_formed(run, false);
  // Each wake with a cause was made by what another lane gave.
  std::map<std::uint16_t, std::map<std::uint64_t, std::uint64_t>> words;  // by lane, by place
  TraceReader reader(run.recorder);
  std::vector<std::uint64_t> packets(1 << 16);
  while (const std::size_t n = reader.read(packets))
    for (std::size_t i = 0; i < n;) {
      const std::uint64_t header = packets[i++];
      auto& lane = words[header & 0xffff];
      for (std::size_t k = 0; k < header >> 32; ++k) lane[lane.size()] = packets[i++];
    }
  int from_elsewhere = 0;
  for (const auto& [lane, all] : words)
    for (std::uint64_t i = 0; i < all.size(); i += 1 + payload_words(all.at(i))) {
      if (kind_of(all.at(i)) != EventKind::wake) continue;
      const Cause cause = Cause::from_word(all.at(i + 1));
      if (cause.lane_plus_1 == 0 || cause.lane_plus_1 == lane + 1) continue;
      const std::uint64_t by = words.at(static_cast<std::uint16_t>(cause.lane_plus_1 - 1)).at(cause.index);
      if (kind_of(by) != EventKind::sync) continue;
      EXPECT_EQ(mark_of(argument_of(by)), SyncMark::gives);
      ++from_elsewhere;
    }
  EXPECT_GE(from_elsewhere, 3);
}

TEST_F(ProcessesTest, ItemsGoFromProcessToProcessAndAreCountedAsCopies) {
  std::multiset<int> got;
  const auto consumers = bodies(2, [&](Task& task, std::int64_t, std::int64_t& result) -> Coroutine {
    for (;;) {
      const Bytes item = co_await get(task, shelf->items);
      co_await task_done(task, shelf->items);
      if (item.empty()) co_return;
      got.insert(item[0]);
      ++result;
    }
  });
  const auto producers = bodies(1, [](Task& task, std::int64_t, std::int64_t&) -> Coroutine {
    for (std::uint8_t i = 0; i < 20; ++i) co_await put(task, shelf->items, Bytes(10, i));
  });
  Nanos copied = 0;
  run.options.workers = 3;
  run.options.machine_cores = 3;
  run.run_main([&](Task& task) -> Coroutine {
    for (const auto& consumer : consumers) co_await spawn(task, consumer);
    co_await gather(task, producers);
    co_await put(task, shelf->items, Bytes());
    co_await put(task, shelf->items, Bytes());
    co_await gather(task, consumers);
    co_await join(task, shelf->items);
    copied = run.fact(Fact::copied_bytes);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(got.size(), 20u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(got.count(i), 1u) << i;
  EXPECT_EQ(copied, 3 * (2 + 2) + 2 * 20 * 10) << "three calls, three results; each item there and back";
  expect_well_formed(run, false);
}

TEST_F(ProcessesTest, WhatTheParentRefusesFailsInTheChild) {
  std::vector<std::string> said;
  const auto one = bodies(1, [&](Task& task, std::int64_t, std::int64_t&) -> Coroutine {
    const std::vector<std::pair<const SyncHandle*, SyncAct>> uses = {{&shelf->a, SyncAct::release},       {&shelf->items, SyncAct::get_nowait},
                                                                     {&shelf->items, SyncAct::put_nowait}, {&shelf->items, SyncAct::put_nowait},
                                                                     {&shelf->items, SyncAct::get_nowait}, {&shelf->items, SyncAct::task_done},
                                                                     {&shelf->items, SyncAct::task_done},  {&shelf->go, SyncAct::set}};
    for (const auto& [object, act] : uses) {
      try {
        Bytes item{5};
        co_await Perform(task, sync_operation(*object, act, &item));
        said.push_back("ok");
      } catch (const OperationFailed& failed) {
        said.push_back(failed.kind);
      }
    }
    const Operation set = co_await Perform(task, sync_operation(shelf->go, SyncAct::is_set));
    EXPECT_EQ(set.number, 1);
  });
  run.run_main([&](Task& task) -> Coroutine { co_await gather(task, one); });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(said, (std::vector<std::string>{"RuntimeError", "QueueEmpty", "ok", "QueueFull", "ok", "ok", "ValueError", "ok"}));
}

TEST_F(ProcessesTest, TasksOfOneProcessGoOnWhileOneOfThemWaits) {
  int woken = 0;
  const auto one = bodies(1, [&](Task& task, std::int64_t, std::int64_t&) -> Coroutine {
    auto waiter = work([&woken](Task& task) -> Coroutine {
      co_await wait(task, shelf->go);
      ++woken;
    });
    auto setter = work([](Task& task) -> Coroutine {
      co_await io(task, kMs);
      co_await set(task, shelf->go);
    });
    co_await spawn(task, waiter);
    co_await spawn(task, setter);
    co_await gather(task, all(waiter, setter));
  });
  run.run_main([&](Task& task) -> Coroutine { co_await gather(task, one); });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(woken, 1);
  expect_well_formed(run, false);
}

TEST_F(ProcessesTest, ACancelledWaiterLeavesTheLineAndItsTurnGoesToTheNext) {
  for (int delay = 0; delay < 6; ++delay) {
    SCOPED_TRACE(delay);
    ProcessTrial run;
    shelf = std::make_unique<Shelf>();
    int began = 0, got = 0, cancelled = 0;
    const auto waiters = bodies(2, [&](Task& task, std::int64_t, std::int64_t&) -> Coroutine {
      ++began;
      try {
        co_await acquire(task, shelf->a);
      } catch (const Cancelled&) {
        ++cancelled;
        throw;
      }
      ++got;
      bool stopped = false;
      try {
        co_await io(task, kMs);
      } catch (const Cancelled&) {
        stopped = true;
      }
      co_await release(task, shelf->a);
      if (stopped) throw Cancelled{};
    });
    run.run_main([&](Task& task) -> Coroutine {
      co_await acquire(task, shelf->a);
      for (const auto& waiter : waiters) co_await spawn(task, waiter);
      while (began < 2) co_await io(task, kMs);  // on a busy machine a process takes its time
      co_await io(task, 5 * kMs);
      // The cancel and the turn cross on their way, more or less.
      if (delay % 2) co_await release(task, shelf->a);
      if (delay / 2 == 1) co_await step(task);
      if (delay / 2 == 2) co_await io(task, kMs / 2);
      co_await cancel(task, waiters[0]);
      if (delay % 2 == 0) co_await release(task, shelf->a);
      co_await gather_all(task, waiters);
    });
    EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
    EXPECT_LE(cancelled, 1);
    EXPECT_EQ(got + cancelled, 2);
    EXPECT_EQ(shelf->a.sync().holder(), kNoTask);
    expect_well_formed(run, false);
  }
}

TEST_F(ProcessesTest, ACancelThatComesWhileATaskAsksIsThrownAtItsNextWait) {
  for (const bool computes : {false, true}) {
    ProcessTrial run;
    shelf = std::make_unique<Shelf>();
    std::vector<std::string> said;
    const auto victim = bodies(1, [&](Task& task, std::int64_t, std::int64_t&) -> Coroutine {
      co_await set(task, shelf->go);
      said.push_back("set");
      if (computes) co_await compute(task, 3'600'000 * kMs);
      co_await io(task, 3'600'000 * kMs);
    });
    run.run_main([&](Task& task) -> Coroutine {
      co_await spawn(task, victim[0]);
      co_await wait(task, shelf->go);
      co_await cancel(task, victim[0]);
      co_await gather_all(task, victim);
    });
    EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
    EXPECT_EQ(said, std::vector<std::string>{"set"});
    EXPECT_EQ(run.outcomes()[Outcome::cancelled], 1);
    expect_well_formed(run, false);
  }
}

TEST_F(ProcessesTest, ManyCancelsOfTasksThatWaitLoseNobody) {
  for (int pause = 0; pause < 8; ++pause) {
    SCOPED_TRACE(pause);
    ProcessTrial run;
    run.options.workers = run.options.machine_cores = 3;
    shelf = std::make_unique<Shelf>();
    int inside = 0, most = 0, turns = 0;
    auto user = [&](Task& task) -> Coroutine {
      for (;;) {
        bool mine = false, stopped = false;
        try {
          co_await acquire(task, shelf->a);
          mine = true;
          most = std::max(most, ++inside);
          co_await put(task, shelf->items, Bytes(3, 1));
          co_await get(task, shelf->items);
          co_await io(task, 0);
        } catch (const Cancelled&) {
          stopped = true;
        }
        inside -= mine;
        ++turns;
        if (mine) co_await release(task, shelf->a);
        if (stopped) throw Cancelled{};
      }
    };
    const auto victims = bodies(9, [&](Task& task, std::int64_t, std::int64_t&) -> Coroutine { co_await gather(task, times(3, user)); });
    run.run_main([&](Task& task) -> Coroutine {
      for (const auto& victim : victims) co_await spawn(task, victim);
      for (const auto& victim : victims) {
        co_await io(task, pause * kMs / 4);
        co_await cancel(task, victim);
      }
      co_await gather_all(task, victims);
      co_await acquire(task, shelf->a);
    });
    EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
    EXPECT_EQ(most, turns > 0 ? 1 : 0);
    EXPECT_EQ(inside, 0);
    expect_well_formed(run, false);
  }
}

TEST_F(ProcessesTest, ALimitEndsAWaitInAChild) {
  std::vector<std::string> said;
  const auto one = bodies(1, [&](Task& task, std::int64_t, std::int64_t&) -> Coroutine {
    auto alarm = std::make_shared<Alarm>();
    co_await arm(task, alarm, 3 * kMs);
    try {
      co_await get(task, shelf->items);
    } catch (const Cancelled&) {
      said.push_back(alarm->disarm() ? "time is up" : "cancelled");
    }
    co_await put(task, shelf->items, Bytes(1, 7));
    const Bytes item = co_await get(task, shelf->items);
    said.push_back(std::to_string(item.at(0)));
  });
  run.run_main([&](Task& task) -> Coroutine { co_await gather(task, one); });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(said, (std::vector<std::string>{"time is up", "7"}));
}

TEST_F(ProcessesTest, ALostProcessGivesItsLockBackAndItsPlaceInLine) {
  bool holds = false, got = false;
  const auto holder = bodies(1, [&](Task& task, std::int64_t, std::int64_t&) -> Coroutine {
    co_await acquire(task, shelf->a);
    co_await acquire(task, shelf->two);
    holds = true;
    co_await io(task, 3'600'000 * kMs);
  });
  const auto waiter = bodies(1, [&](Task& task, std::int64_t, std::int64_t&) -> Coroutine {
    co_await acquire(task, shelf->a);
    got = true;
    co_await release(task, shelf->a);
  });
  run.start(std::make_shared<TableRoot>([&](Task& task) -> Coroutine {
    co_await spawn(task, holder[0]);
    while (!holds) co_await io(task, kMs);
    co_await spawn(task, waiter[0]);
    co_await gather(task, waiter);
    co_await acquire(task, shelf->two);
    co_await acquire(task, shelf->two);
  }));
  for (int i = 0; i < 1000 && !holds; ++i) run.executor->poll(2 * kMs);
  for (int i = 0; i < 10; ++i) run.executor->poll(2 * kMs);
  EXPECT_TRUE(holds);
  EXPECT_FALSE(got);
  run.nursery.lose(0);
  run.finish();
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_TRUE(got);
  EXPECT_EQ(run.outcomes()[Outcome::lost], 1);
  const auto notices = run.texts(TextRole::notice);
  EXPECT_TRUE(std::any_of(notices.begin(), notices.end(), [](const std::string& text) { return text == "Lock 1 was released: the process that held it was lost."; }));
  expect_well_formed(run, false);
}

/// Two tasks that never end, one in each process, and six more, for which there is a process only when one was lost.
void start_with_all_busy(ProcessTrial& run) {
  run.start(std::make_shared<TableRoot>([](Task& task) -> Coroutine {
    auto victims = calls(2, 2);
    for (const auto& victim : victims) co_await spawn(task, victim);
    auto after = calls(6, 0);
    co_await gather(task, after);
  }));
  for (int i = 0; i < 20; ++i) run.executor->poll(2 * kMs);
}

TEST_F(ProcessesTest, AProcessThatTakesThePlaceOfALostOneRunsTasks) {
  start_with_all_busy(run);
  run.nursery.lose(0);
  run.finish();
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(run.nursery.spawned(), 3);
  EXPECT_EQ(run.outcomes()[Outcome::finished], 6);
  EXPECT_EQ(run.outcomes()[Outcome::lost], 1);
  // Seen: none.
  EXPECT_EQ(run.texts(TextRole::notice), std::vector<std::string>{"A process was lost; another takes its place."});
}

/// Two processes and tasks for ever; `lose` one, by its place among all that were spawned, and let the next be ready.
struct LosingTrial : ProcessTrial {
  LosingTrial() {
    start(std::make_shared<TableRoot>([](Task& task) -> Coroutine {
      auto tasks = calls(20, 2);
      co_await gather_all(task, tasks);
    }));
    go_on();
  }
  void go_on() {
    for (int i = 0; i < 20; ++i) executor->poll(2 * kMs);
  }
  void lose(int child) {
    nursery.lose(child);
    go_on();
  }
};

// Seen: without a word, and that no more than three were started nobody had counted.
TEST_F(ProcessesTest, ThreeLostProcessesAreReplacedInTenSecondsAndThenThereAreFewer) {
  LosingTrial run;
  for (const int child : {0, 1, 2}) run.lose(child);
  EXPECT_EQ(run.nursery.spawned(), 2 + 3);
  EXPECT_EQ(run.nursery.alive(), 2);
  const std::string first = "A process was lost; another takes its place.";
  EXPECT_EQ(run.texts(TextRole::notice), std::vector{first}) << "one notice, however many are lost";
  run.lose(3);
  EXPECT_EQ(run.nursery.spawned(), 2 + 3) << "no more";
  EXPECT_EQ(run.nursery.alive(), 1);
  const std::string fewer = "1 of 2 processes left: 4 were lost, and no more than 3 in 10 seconds are replaced.";
  EXPECT_EQ(run.texts(TextRole::notice), (std::vector{first, fewer}));
  EXPECT_EQ(run.outcomes()[Outcome::lost], 4) << "one task each";

  run.nursery.ahead = kProcessLossWindow + kMs;
  run.lose(4);
  EXPECT_EQ(run.nursery.spawned(), 2 + 4) << "these ten seconds are over";
  EXPECT_EQ(run.nursery.alive(), 1);
  EXPECT_EQ(run.outcomes()[Outcome::lost], 5);
  run.executor->cancel();
  run.finish();
  EXPECT_EQ(run.end.end, RunEnd::cancelled);
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], 15);
  EXPECT_EQ(run.texts(TextRole::notice), (std::vector<std::string>{first, fewer, "5 processes were lost in this run; 1 of 2 were left at its end."}));
  expect_well_formed(run, false);
}

TEST_F(ProcessesTest, LostProcessesThatWereAllReplacedAreCountedInOneSentence) {
  LosingTrial run;
  for (const int child : {0, 1, 2}) run.lose(child);
  run.executor->cancel();
  run.finish();
  EXPECT_EQ(run.texts(TextRole::notice), (std::vector<std::string>{"A process was lost; another takes its place.",
                                                                   "3 processes were lost in this run; others took their places."}));
}

TEST_F(ProcessesTest, ARunWithoutAnyProcessEndsInASentenceAndIsNotSaidToHaveSome) {
  LosingTrial run;
  for (const int child : {0, 1, 2, 3, 4}) run.lose(child);
  run.finish();
  EXPECT_EQ(run.nursery.spawned(), 2 + 3);
  EXPECT_EQ(run.end.end, RunEnd::failed);
  EXPECT_EQ(run.end.sentence, "All processes were lost, more often than they are started again.");
  EXPECT_EQ(run.texts(TextRole::notice).size(), 2u);
  EXPECT_EQ(run.outcomes()[Outcome::lost], 5);
}

TEST_F(ProcessesTest, AReplacementThatIsNeverReadyIsGivenUpAndAnotherTried) {
  start_with_all_busy(run);
  run.nursery.mute = 2;
  run.nursery.lose(0);
  for (int i = 0; i < 20; ++i) run.executor->poll(2 * kMs);
  EXPECT_EQ(run.nursery.spawned(), 3);
  run.nursery.ahead = kProcessStartLimit;
  run.finish();
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(run.nursery.spawned(), 4);
  EXPECT_EQ(run.outcomes()[Outcome::finished], 6);
}

// Seen: children went by the clock that the run no longer went by, and what they did lay an hour before it.
TEST_F(ProcessesTest, AfterAJumpOfTheClockChildrenHaveTheTimeOfTheRun) {
  const auto two = bodies(2, [](Task& task, std::int64_t, std::int64_t&) -> Coroutine { co_await compute(task, kMs / 10); });
  run.run_main([&](Task& task) -> Coroutine {
    co_await compute(task, kMs / 10);
    run.nursery.everywhere = -kHour;
    co_await compute(task, kMs / 10);
    co_await gather(task, two);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  std::map<TaskId, Nanos> spawned, ran;
  for (const auto& lane : run.lanes())
    for (const auto& event : lane) {
      if (event.kind == EventKind::spawn) spawned[event.task] = event.at;
      if (event.kind == EventKind::run) ran.try_emplace(event.task, event.at);
    }
  ASSERT_EQ(spawned.size(), 2u);
  for (const auto& [task, at] : spawned) EXPECT_LE(at, ran[task] + clock_error()) << "task " << task;
  EXPECT_GT(run.makespan(), 0);
}

TEST_F(ProcessesTest, LocksTakenCrosswiseAreADeadlockThatIsNamed) {
  const auto two = bodies(2, [](Task& task, std::int64_t n, std::int64_t&) -> Coroutine {
    const Lock& mine = n == 0 ? shelf->a : shelf->b;
    const Lock& other = n == 0 ? shelf->b : shelf->a;
    co_await acquire(task, mine);
    co_await put(task, shelf->items, Bytes(1, 1));
    co_await wait(task, shelf->go);
    co_await acquire(task, other);
  });
  run.run_main([&](Task& task) -> Coroutine {
    for (const auto& each : two) co_await spawn(task, each);
    for (int i = 0; i < 2; ++i) co_await get(task, shelf->items);
    co_await set(task, shelf->go);
    co_await gather(task, two);
  });
  EXPECT_EQ(run.end.end, RunEnd::deadlock);
  EXPECT_TRUE(run.end.sentence.starts_with("Deadlock: task 1 waits for lock ")) << run.end.sentence;
  EXPECT_NE(run.end.sentence.find(", which task 2 holds; task 2 waits for lock "), std::string::npos) << run.end.sentence;
  EXPECT_TRUE(run.end.sentence.ends_with(", which task 1 holds.")) << run.end.sentence;
  EXPECT_EQ(run.nursery.alive(), 0);
  expect_well_formed(run, false);
}

TEST_F(ProcessesTest, ATaskThatWaitsForMainsLockIsADeadlock) {
  const auto one = bodies(1, [](Task& task, std::int64_t, std::int64_t&) -> Coroutine { co_await acquire(task, shelf->a); });
  run.run_main([&](Task& task) -> Coroutine {
    co_await acquire(task, shelf->a);
    co_await gather(task, one);
  });
  EXPECT_EQ(run.end.end, RunEnd::deadlock);
  EXPECT_EQ(run.end.sentence, "Deadlock: main waits for task 1; task 1 waits for lock 1, which main holds.");
}

TEST_F(ProcessesTest, WhereMoreProcessesWouldHelpTheDeadlockSaysSo) {
  run.options.workers = 1;
  run.options.machine_cores = 4;
  const auto waiter = bodies(1, [](Task& task, std::int64_t, std::int64_t&) -> Coroutine { co_await wait(task, shelf->go); });
  const auto setter = bodies(1, [](Task& task, std::int64_t, std::int64_t&) -> Coroutine { co_await set(task, shelf->go); });
  run.run_main([&](Task& task) -> Coroutine { co_await gather(task, all(waiter[0], setter[0])); });
  EXPECT_EQ(run.end.end, RunEnd::deadlock);
  EXPECT_EQ(run.end.sentence, "Every process waits for tasks that no process is free to run; more workers would let them start (--workers 2): "
                              "task 1 waits for event 1, which nobody sets.");
}

TEST_F(ProcessesTest, ATaskThatEndsInTheMiddleOfALineLeavesNothingInIt) {
  const auto one = bodies(1, [](Task& task, std::int64_t, std::int64_t&) -> Coroutine {
    co_await spawn(task, work([](Task& task) -> Coroutine { co_await acquire(task, shelf->a); }));
    co_await spawn(task, work([](Task& task) -> Coroutine { co_await get(task, shelf->items); }));
    co_await io(task, 2 * kMs);
  });
  run.run_main([&](Task& task) -> Coroutine {
    co_await acquire(task, shelf->a);
    co_await gather(task, one);
    co_await release(task, shelf->a);
    co_await acquire(task, shelf->a);
    co_await put(task, shelf->items, Bytes(1, 1));
    co_await get(task, shelf->items);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], 2);
  expect_well_formed(run, false);
}

TEST_F(ProcessesTest, CancelAndTheDestructorEndTasksThatWaitForObjects) {
  const auto waiters = bodies(4, [](Task& task, std::int64_t n, std::int64_t&) -> Coroutine {
    if (n % 2) co_await acquire(task, shelf->a);
    else co_await get(task, shelf->items);
  });
  for (const bool destroys : {false, true})
    for (const int polls : {0, 3, 10, 40}) {
      ProcessTrial run;
      shelf = std::make_unique<Shelf>();
      run.start(std::make_shared<TableRoot>([&](Task& task) -> Coroutine {
        co_await acquire(task, shelf->a);
        co_await gather(task, all(std::make_shared<TableWork>(6, 0), std::make_shared<TableWork>(6, 1)));
      }));
      for (int i = 0; i < polls && run.executor->poll(kMs).kind != Progress::Kind::done; ++i) {}
      if (destroys) {
        run.executor.reset();
        continue;
      }
      run.executor->cancel();
      run.finish();
      EXPECT_NE(run.end.end, RunEnd::finished);
      EXPECT_EQ(run.nursery.alive(), 0);
    }
}

TEST_F(ProcessesTest, AChildThatUsesObjectsAsNoChildDoesIsLost) {
  auto use = [](std::uint64_t task, std::uint8_t step) { return std::move(WireWriter().byte('U').number(task).byte(step)); };
  auto begin = [&](std::uint64_t task, std::uint64_t place, std::uint8_t kind, std::uint8_t act) {
    return use(task, 0).number(place).byte(kind).number(1).byte(act).number(0).block({}).take();
  };
  const std::vector<Bytes> lies = {begin(2, 99, 0, 0), begin(2, 0, 3, 6), begin(2, 0, 0, 6), begin(2, 0, 9, 0), begin(2, 0, 0, 99), begin(3, 0, 0, 0),
                                   use(2, 1).take(),   use(2, 2).take(),  use(2, 3).take(),  use(2, 9).take(),  Bytes{'U'},         Bytes{'S'}};
  for (const Bytes& lie : lies) {
    ProcessTrial trial;
    trial.options.workers = 1;
    trial.start(std::make_shared<TableRoot>([](Task& task) -> Coroutine { co_await gather(task, calls(1, 2)); }));
    for (int i = 0; i < 20; ++i) trial.executor->poll(2 * kMs);
    trial.nursery.say(0, lie);
    trial.finish();
    EXPECT_EQ(trial.end.end, RunEnd::failed);
    EXPECT_EQ(trial.outcomes()[Outcome::lost], 1);
  }
}

TEST_F(ProcessesTest, AParentThatTalksNonsenseEndsTheChild) {
  RealClock clock;
  RunOptions options;
  options.clock = &clock;
  for (const Bytes& bytes : {Bytes{}, Bytes{'T'}, Bytes{'Z'}, Bytes{'T', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                             WireWriter().byte('O').number(2).byte(9).take(), Bytes{'O'}}) {
    ChildServer server(options, [](const Bytes&, std::string*) { return nullptr; });
    server.take(bytes);
    EXPECT_EQ(server.poll(0).kind, Progress::Kind::done);
  }
}

}  // namespace
}  // namespace interleave::testing
