// `processes` over real children, which the fork server forks: whole runs from C++, and what becomes of a child that is killed.
//
// Works are bytes, nothing of the parent's memory reaches a child. So what ran, and where, each task writes into a file, one line
// each: what stands there twice ran twice.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "platform/native/fork_server.h"
#include "platform/native/http_server.h"
#include "platform/native/process_port_posix.h"
#include "platform/process_tree.h"
#include "platform/processes_root.h"
#include "platform/program.h"
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
  /// Two of them run. The fork server.
  pid_t begin_four_that_never_end() {
    start([this](Task& task) -> Coroutine {
      std::vector<std::shared_ptr<Work>> works;
      for (std::uint64_t i = 0; i < 4; ++i) works.push_back(work(ChildWork::What::never_ends, i));
      co_await gather(task, works);
    });
    poll_until([this] { return began().size() == 2; });
    return parent_of(began().begin()->second);
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

TEST_F(ProcessesRun, ACancelledTaskInTheQueueNeverBeginsAndOneThatRunsHearsOfIt) {
  std::map<TaskStatus, int> became;
  bool runs = false;
  start([&](Task& task) -> Coroutine {
    std::vector<std::shared_ptr<Work>> works;
    for (std::uint64_t i = 0; i < 6; ++i) {
      works.push_back(work(ChildWork::What::never_ends, i));
      co_await spawn(task, works.back());
    }
    while (!runs) co_await io(task, kMs);
    for (const auto& each : works) co_await cancel(task, each);
    co_await gather_all(task, works);
    for (const auto& each : works) ++became[static_cast<TaskStatus>((co_await status(task, each)).number)];
    auto after = work(ChildWork::What::square, 7);
    works = {after};
    co_await gather(task, works);
    EXPECT_EQ(after->result, 49u);
  });
  poll_until([&] { return began().size() == 2; });
  const auto before = began();
  runs = true;
  trial.finish();
  EXPECT_EQ(trial.end.end, RunEnd::finished) << trial.end.sentence;
  EXPECT_EQ(became[TaskStatus::cancelled], 6);
  const auto ran = began();
  EXPECT_EQ(ran.size(), 3u) << "the two that ran, and the last";
  EXPECT_TRUE(ran.find(7)->second == before.begin()->second || ran.find(7)->second == before.rbegin()->second) << "their processes go on";
}

TEST_F(ProcessesRun, CancelEndsWhateverRuns) {
  const pid_t forks = begin_four_that_never_end();
  trial.executor->cancel();
  trial.finish();
  EXPECT_EQ(trial.end.end, RunEnd::cancelled);
  EXPECT_EQ(trial.outcomes()[Outcome::cancelled], 4);
  EXPECT_EQ(trial.texts(TextRole::notice), std::vector<std::string>{}) << "what a run ends was not lost";
  expect_no_child_of(forks);
}

TEST_F(ProcessesRun, ARunThatGoesAwayInTheMiddleLeavesNoProcess) {
  const pid_t forks = begin_four_that_never_end();
  trial.executor.reset();
  expect_no_child_of(forks);
  EXPECT_EQ(began().size(), 2u) << "what was in the queue never began";
}

/// The built program, whose orphans come to this one; what it left is there or not when it has ended.
class ProcessesOfTheProgram : public ::testing::Test {
 protected:
  ProcessesOfTheProgram() {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    before = children_of(getpid());
    fs::create_directories(folder);
  }
  ~ProcessesOfTheProgram() override {
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    for (const pid_t pid : ours()) {
      ::kill(pid, SIGKILL);
      waitpid(pid, nullptr, 0);
    }
    fs::remove_all(folder);
  }
  std::vector<pid_t> ours() const {
    std::vector<pid_t> found;
    std::ranges::set_difference(children_of(getpid()), before, std::back_inserter(found));
    return found;
  }
  std::string script(const std::string& text) const {
    const std::string path = (folder / "script.py").string();
    std::ofstream(path) << "from interleave import *\n" << text << "run(main)\n";
    return path;
  }
  const fs::path folder = fs::temp_directory_path() / ("interleave-program-" + std::to_string(getpid()));
  std::vector<pid_t> before;
};

// Seen: "[interleave-fork] <defunct>" was left to process 1, one for each run, for good where nobody reaps there.
TEST_F(ProcessesOfTheProgram, NobodyIsLeftAfterARun) {
  const std::string on_processes = script("async def task(i):\n    await io(1 * ms)\n    return i\nasync def main():\n    print(sum(await gather(*[task(i) for i in range(8)])))\n");
  const Ran ran = run_interleave({"run", on_processes, "--on", "processes", "--json"});
  ASSERT_EQ(ran.status, 0) << ran.err;
  EXPECT_NE(ran.out.find("\"28\""), std::string::npos) << ran.out;
  EXPECT_EQ(ours(), std::vector<pid_t>{});
  const std::string calls = script("def square(n):\n    return n * n\nasync def main():\n    print(await to_process(square, 5))\n");
  const Ran called = run_interleave({"run", calls, "--on", "loop", "--json"});
  ASSERT_EQ(called.status, 0) << called.err;
  EXPECT_EQ(ours(), std::vector<pid_t>{});
  const std::string never = script("async def task():\n    while True:\n        compute(1 * ms)\nasync def main():\n    await gather(task(), task(), task())\n");
  EXPECT_EQ(run_interleave({"run", never, "--on", "processes", "--json"}, 1000).status, 130) << "interrupted";
  EXPECT_EQ(ours(), std::vector<pid_t>{});
}

/// Processor time that it took, in ticks of the system's.
long ticks_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string word;
  for (int field = 1; field < 14; ++field) file >> word;  // its name has no blank
  long user = 0;
  file >> user;
  return user;
}

TEST_F(ProcessesOfTheProgram, AKilledProcessIsSaidInTheTerminalAndInJson) {
  const std::string source = script(
      "async def endless():\n    while True:\n        compute(1 * ms)\nasync def main():\n    try:\n        await gather(endless())\n"
      "    except Exception as error:\n        print(error)\n");
  std::atomic<bool> over = false;
  bool killed = false;
  std::thread killer([&] {
    while (!over && !killed)
      for (const pid_t program : ours())
        for (const pid_t forks : children_of(program))
          for (const pid_t child : children_of(forks))
            if (!killed && ticks_of(child) >= 3) killed = ::kill(child, SIGKILL) == 0;  // it computes: the task began
  });
  const Ran ran = run_interleave({"run", source, "--on", "processes", "--json"});
  over = true;
  killer.join();
  EXPECT_TRUE(killed);
  EXPECT_EQ(ran.status, 0) << ran.err;
  const std::string sentence = "A process was lost; another takes its place.";
  EXPECT_NE(ran.err.find("processes: " + sentence), std::string::npos) << ran.err;
  const auto run = nlohmann::json::parse(ran.out).at("runs").at(0);
  EXPECT_EQ(run.at("notices"), nlohmann::json::array({sentence}));
  EXPECT_EQ(run.at("output"), nlohmann::json::array({"The process that ran this task was lost."}));
  EXPECT_EQ(ours(), std::vector<pid_t>{});
}

}  // namespace
}  // namespace interleave
