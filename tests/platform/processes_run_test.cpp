// `processes` over real children, which the fork server forks: whole runs from C++, and what becomes of a child that is killed.
//
// Works are bytes, nothing of the parent's memory reaches a child. So what ran, and where, each task writes into a file, one line
// each: what stands there twice ran twice.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>

#include "platform/native/fork_server.h"
#include "platform/native/http_server.h"
#include "platform/native/process_port_posix.h"
#include "platform/process_tree.h"
#include "platform/processes_root.h"
#include "runtime/support.h"

namespace interleave {
namespace {

namespace fs = std::filesystem;
using testing::Trial;

class ProcessesRun : public ::testing::Test {
 protected:
  ProcessesRun() {
    use_fork_server();
    fs::create_directories(folder);
    trial.options.clock = &clock;
    trial.options.processes = &port;
    trial.options.workers = 2;
  }
  ~ProcessesRun() override {
    trial.executor.reset();  // it borrows the port
    fs::remove_all(folder);
    use_fork_server(false);
  }
  std::shared_ptr<ChildWork> work(ChildWork::What what, std::uint64_t number) { return std::make_shared<ChildWork>(what, number, diary()); }
  std::string diary() const { return (folder / "diary").string(); }
  /// Task by task, in which process it began.
  std::multimap<std::uint64_t, pid_t> began() const {
    std::multimap<std::uint64_t, pid_t> found;
    std::ifstream file(diary());
    std::uint64_t number;
    for (pid_t pid; file >> number >> pid;) found.emplace(number, pid);
    return found;
  }
  void start(std::function<Coroutine(Task&)> main) { trial.start(std::make_shared<ChildRoot>(std::move(main))); }
  void poll_until(const std::function<bool()>& enough) {
    const Nanos limit = clock.now() + 20'000 * kMs;
    while (!enough()) {
      ASSERT_NE(trial.executor->poll(kMs).kind, Progress::Kind::done) << "it ended before";
      ASSERT_LT(clock.now(), limit) << "it never came";
    }
  }
  /// Nobody of whom the fork server was the parent is left, as a zombie neither. The kernel reaps a little after it says that one ended.
  void expect_no_child_of(pid_t forks) {
    const Nanos limit = clock.now() + 20'000 * kMs;
    while (!children_of(forks).empty() && clock.now() < limit) clock.wait_until(clock.now() + kMs);
    EXPECT_EQ(children_of(forks), std::vector<pid_t>{});
  }

  const fs::path folder = fs::temp_directory_path() / ("interleave-processes-" + std::to_string(getpid()));
  NativeClock clock;
  HttpServer server;
  ProcessPortPosix port{clock, server};
  Trial trial{ExecutorKind::processes};
};

TEST_F(ProcessesRun, RunsEveryTaskOnceInAnotherProcessAndBringsItsResultHome) {
  std::uint64_t sum = 0;
  start([&](Task& task) -> Coroutine {
    std::vector<std::shared_ptr<Work>> works;
    for (std::uint64_t i = 1; i <= 100; ++i) works.push_back(work(ChildWork::What::square, i));
    co_await gather(task, works);
    for (const auto& each : works) sum += static_cast<ChildWork&>(*each).result;
  });
  poll_until([&] { return !began().empty(); });
  const pid_t forks = parent_of(port.pid(0));
  EXPECT_EQ(parent_of(forks), getpid()) << "children that were forked";
  trial.finish();
  EXPECT_EQ(trial.end.end, RunEnd::finished) << trial.end.sentence;
  EXPECT_EQ(sum, 338'350u);
  std::set<pid_t> where;
  const auto ran = began();
  EXPECT_EQ(ran.size(), 100u);
  for (std::uint64_t i = 1; i <= 100; ++i) EXPECT_EQ(ran.count(i), 1u) << "task " << i;
  for (const auto& [number, pid] : ran) where.insert(pid);
  EXPECT_FALSE(where.contains(getpid()));
  EXPECT_LE(where.size(), 2u);
  EXPECT_EQ(trial.outcomes()[Outcome::finished], 100);
  testing::expect_well_formed(trial, false);
  expect_no_child_of(forks);
}

TEST_F(ProcessesRun, WhatATaskThrowsReachesItsWaiterAndNobodyElse) {
  std::string caught;
  std::uint64_t after = 0;
  start([&](Task& task) -> Coroutine {
    auto other = work(ChildWork::What::square, 3);
    co_await spawn(task, other);
    std::vector<std::shared_ptr<Work>> breaks{work(ChildWork::What::fails, 1)}, rest{other};
    try {
      co_await gather(task, breaks);
    } catch (const OperationFailed& failed) {
      caught = failed.sentence;
    }
    co_await gather(task, rest);
    after = other->result;
  });
  trial.finish();
  EXPECT_EQ(trial.end.end, RunEnd::finished) << trial.end.sentence;
  EXPECT_EQ(caught, "it broke");
  EXPECT_EQ(after, 9u);
}

TEST_F(ProcessesRun, AKilledProcessLosesItsTaskAndTheOthersRunElsewhereOnce) {
  int lost = 0;
  std::map<TaskStatus, int> became;
  start([&](Task& task) -> Coroutine {
    auto victim = work(ChildWork::What::never_ends, 0);
    std::vector<std::shared_ptr<Work>> queued{victim};
    co_await spawn(task, victim);
    for (std::uint64_t i = 1; i <= 40; ++i) {
      queued.push_back(work(ChildWork::What::waits_for_the_kill, i));
      co_await spawn(task, queued.back());
    }
    try {
      co_await join(task, victim);
    } catch (const OperationFailed& failed) {
      lost += failed.sentence == "The process that ran this task was lost.";
    }
    co_await gather_all(task, queued);
    for (const auto& each : queued) ++became[static_cast<TaskStatus>((co_await status(task, each)).number)];
  });
  // Both are at work, one on what never ends, the other on the first of those that wait for its end: the rest are in the queue.
  poll_until([&] { return began().size() == 2; });
  const pid_t killed = began().find(0)->second, forks = parent_of(killed);
  EXPECT_EQ(parent_of(forks), getpid()) << "a child that was forked";
  ::kill(killed, SIGKILL);
  std::ofstream(diary() + ".killed");
  trial.finish();

  EXPECT_EQ(trial.end.end, RunEnd::finished) << trial.end.sentence;
  EXPECT_EQ(lost, 1) << "told to who waited, once";
  EXPECT_EQ(became[TaskStatus::failed], 1);
  EXPECT_EQ(became[TaskStatus::finished], 40);
  EXPECT_EQ(trial.outcomes()[Outcome::lost], 1);
  EXPECT_EQ(trial.outcomes()[Outcome::finished], 40);
  const auto ran = began();
  EXPECT_EQ(ran.size(), 41u);
  for (std::uint64_t i = 0; i <= 40; ++i) EXPECT_EQ(ran.count(i), 1u) << "task " << i;
  EXPECT_EQ(std::ranges::count(ran, killed, [](const auto& each) { return each.second; }), 1);
  EXPECT_EQ(trial.texts(TextRole::notice), std::vector<std::string>{"A process was lost; another takes its place."});
  testing::expect_well_formed(trial, false);
  expect_no_child_of(forks);
}

TEST_F(ProcessesRun, ARunThatGoesAwayInTheMiddleLeavesNoProcess) {
  start([&](Task& task) -> Coroutine {
    std::vector<std::shared_ptr<Work>> works;
    for (std::uint64_t i = 0; i < 4; ++i) works.push_back(work(ChildWork::What::never_ends, i));
    co_await gather(task, works);
  });
  poll_until([&] { return began().size() == 2; });
  const pid_t forks = parent_of(began().begin()->second);
  trial.executor.reset();
  expect_no_child_of(forks);
  EXPECT_EQ(began().size(), 2u) << "what was in the queue never began";
}

}  // namespace
}  // namespace interleave
