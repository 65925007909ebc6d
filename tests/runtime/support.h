// support.h -- clocks, recordings and bodies for the tests of the executors.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "fake_clock.h"
#include "real_clock.h"
#include "runtime/executor.h"
#include "runtime/fork_join.h"
#include "runtime/seams.h"
#include "trace/recorder.h"

namespace interleave::testing {

constexpr Nanos kHour = 3'600'000 * kMs;

/// One event of a lane, decoded.
struct Recorded {
  int lane = 0;
  LaneKind lane_kind = LaneKind::worker;
  Nanos at = 0;
  EventKind kind = EventKind::none;
  std::uint32_t argument = 0;
  TaskId task = kNoTask;
  std::uint64_t payload = 0;
  std::string text;

  int core() const { return static_cast<int>(argument >> 16); }
  WaitReason reason() const { return static_cast<WaitReason>(argument >> 16); }
  TextRole role() const { return static_cast<TextRole>(argument >> 16); }
  Outcome outcome() const { return static_cast<Outcome>(argument); }
};

/// All that a recorder holds, lane by lane.
inline std::vector<std::vector<Recorded>> decode(const Recorder& recorder) {
  std::map<int, std::vector<std::uint64_t>> words;
  std::map<int, LaneKind> kinds;
  TraceReader reader(recorder);
  std::vector<std::uint64_t> packets(1 << 16);
  while (const std::size_t n = reader.read(packets)) {
    for (std::size_t i = 0; i < n;) {
      const std::uint64_t header = packets[i++];
      const int lane = static_cast<int>(header & 0xffff);
      const std::size_t count = header >> 32;
      if (count == 0) {
        ++i;  // dropped events
        continue;
      }
      kinds[lane] = static_cast<LaneKind>(header >> 16 & 0x7f);
      words[lane].insert(words[lane].end(), packets.begin() + static_cast<std::ptrdiff_t>(i),
                         packets.begin() + static_cast<std::ptrdiff_t>(i + count));
      i += count;
    }
  }
  std::vector<std::vector<Recorded>> lanes(words.empty() ? 0 : static_cast<std::size_t>(words.rbegin()->first) + 1);
  for (auto& [lane, stream] : words) {
    Nanos now = INT64_MIN;
    for (std::size_t i = 0; i < stream.size();) {
      const std::uint64_t word = stream[i++];
      if (kind_of(word) == EventKind::clock) {
        EXPECT_GE(clock_of(word), now) << "lane " << lane << " went back in time";
        now = clock_of(word);
        continue;
      }
      Recorded event{lane, kinds[lane], now, kind_of(word), argument_of(word), task_of(word), 0, {}};
      const std::size_t payload = payload_words(word);
      if (i + payload > stream.size()) {
        ADD_FAILURE() << "lane " << lane << " ends in the middle of an event";
        break;
      }
      if (payload > 0) event.payload = stream[i];
      if (event.kind == EventKind::text)
        event.text.assign(reinterpret_cast<const char*>(&stream[i]), event.argument & 0xffff);
      i += payload;
      lanes[static_cast<std::size_t>(lane)].push_back(std::move(event));
    }
  }
  return lanes;
}

/// One run, its seams and what came of it.
struct Trial {
  std::unique_ptr<Clock> own_clock = std::make_unique<RealClock>();
  RunOptions options;
  Recorder recorder{64u << 20};
  std::unique_ptr<Executor> executor;
  std::string refused;
  Progress end;
  std::vector<std::string> said;  ///< what bodies did, in order (cooperative executors only)

  explicit Trial(ExecutorKind kind) {
    options.kind = kind;
    options.machine_cores = 2;
    options.compute_rate = 0.5;
    options.clock = own_clock.get();
  }
  void use_fake_clock() {
    own_clock = std::make_unique<FakeClock>();
    options.clock = own_clock.get();
    options.compute_rate = 1e-4;  // hardly any work; the clock is what moves
  }
  bool make() {
    auto made = make_executor(options);
    executor = std::move(made.executor);
    refused = made.refused;
    return executor != nullptr;
  }
  void start(std::function<Coroutine(Task&)> main) { start(root(std::move(main))); }
  void start(std::shared_ptr<Root> root) {
    if (!executor) {
      ASSERT_TRUE(make()) << refused;
    }
    executor->start(std::move(root), recorder);
  }
  /// Polls to the end; a run that takes over 20 s of the clock fails.
  const Progress& finish(Nanos budget = 50 * kMs) {
    const Nanos limit = options.clock->now() + (dynamic_cast<FakeClock*>(options.clock) ? 3'600'000 : 20'000) * kMs;
    do {
      end = executor->poll(budget);
      if (options.clock->now() > limit) {
        ADD_FAILURE() << "the run does not end";
        break;
      }
    } while (end.kind != Progress::Kind::done);
    return end;
  }
  const Progress& run(std::function<Coroutine(Task&)> main, Nanos budget = 50 * kMs) {
    start(std::move(main));
    return finish(budget);
  }

  std::vector<std::vector<Recorded>> lanes() const { return decode(recorder); }
  /// When main ended, from t = 0.
  Nanos makespan() const {
    for (const auto& lane : lanes())
      for (const auto& event : lane)
        if (event.kind == EventKind::done && event.task == kRootTask) return event.at;
    return -1;
  }
  std::int64_t fact(Fact fact) const {
    std::int64_t sum = -1;
    for (const auto& lane : lanes())
      for (const auto& event : lane)
        if (event.kind == EventKind::fact && event.argument == static_cast<std::uint32_t>(fact))
          sum = std::max<std::int64_t>(sum, 0) + static_cast<std::int64_t>(event.payload);
    return sum;
  }
  std::vector<std::string> texts(TextRole role) const {
    std::vector<std::string> found;
    for (const auto& lane : lanes())
      for (const auto& event : lane)
        if (event.kind == EventKind::text && event.role() == role) found.push_back(event.text);
    return found;
  }
  std::map<Outcome, int> outcomes() const {  // without main
    std::map<Outcome, int> count;
    for (const auto& lane : lanes())
      for (const auto& event : lane)
        if (event.kind == EventKind::done && event.task != kRootTask) ++count[event.outcome()];
    return count;
  }
  std::string order() const {
    std::string all;
    for (const auto& word : said) all += (all.empty() ? "" : " ") + word;
    return all;
  }
};

/// How many events of a run are so.
template <class Is>
int count(const Trial& run, Is is) {
  int found = 0;
  for (const auto& lane : run.lanes())
    for (const auto& event : lane) found += is(event);
  return found;
}

/// Which tasks (but main) ran in which lane, by the lane's name.
inline std::map<std::string, std::set<TaskId>> who_ran_where(const Trial& run) {
  std::map<std::string, std::set<TaskId>> found;
  for (const auto& lane : run.lanes()) {
    std::string name;
    for (const auto& event : lane) {
      if (event.kind == EventKind::text && event.role() == TextRole::lane_name) name = event.text;
      if (event.kind == EventKind::run && event.task != kRootTask) found[name].insert(event.task);
    }
  }
  return found;
}

/// P1 and P8: every lane in order of time; spawn before run before done, each once; one task at a time on a core.
inline void expect_well_formed(const Trial& run, bool main_has_a_core = true) {
  struct Life {
    int spawned = 0, done = 0;
    Nanos spawned_at = 0, first_run = INT64_MAX, done_at = 0;
  };
  struct Running {
    Nanos begin, end;
    TaskId task;
  };
  std::map<TaskId, Life> lives;
  std::map<int, std::vector<Running>> cores;
  int ends = 0;
  for (const auto& lane : run.lanes()) {
    TaskId running = kNoTask;
    int core = 0;
    Nanos since = 0;
    auto stop_running = [&](Nanos at) {
      if (running != kNoTask && (main_has_a_core || running != kRootTask)) cores[core].push_back({since, at, running});
      running = kNoTask;
    };
    for (const auto& event : lane) {
      Life& life = lives[event.task];
      switch (event.kind) {
        case EventKind::spawn: ++life.spawned; life.spawned_at = event.at; break;
        case EventKind::run:
          stop_running(event.at);
          running = event.task, core = event.core(), since = event.at;
          life.first_run = std::min(life.first_run, event.at);
          break;
        case EventKind::wait:
          if (event.task == running) stop_running(event.at);
          break;
        case EventKind::ready:
          if (event.task == running) stop_running(event.at);
          break;
        case EventKind::done:
          if (event.task == running) stop_running(event.at);
          ++life.done;
          life.done_at = event.at;
          break;
        case EventKind::run_ended: ++ends; break;
        default: break;
      }
    }
    EXPECT_EQ(running, kNoTask) << "a lane ends while it runs task " << running;
  }
  EXPECT_EQ(ends, 1);
  for (const auto& [id, life] : lives) {
    if (id == kNoTask) continue;
    EXPECT_EQ(life.spawned, id == kRootTask ? 0 : 1) << "task " << id;
    EXPECT_EQ(life.done, 1) << "task " << id;
    if (life.first_run != INT64_MAX) {
      EXPECT_LE(life.spawned_at, life.first_run + clock_error()) << "task " << id;
      EXPECT_LE(life.first_run, life.done_at + clock_error()) << "task " << id;
    }
  }
  for (auto& [core, spans] : cores) {
    std::sort(spans.begin(), spans.end(), [](auto& a, auto& b) { return a.begin != b.begin ? a.begin < b.begin : a.end < b.end; });
    for (std::size_t i = 1; i < spans.size(); ++i)
      EXPECT_LE(spans[i - 1].end, spans[i].begin + clock_error())
          << "core " << core << " runs tasks " << spans[i - 1].task << " and " << spans[i].task << " at once";
  }
}

/// The most tasks (but main) that ran at one moment, for longer than clocks of several threads are apart: who gives a core to another
/// may seem to have ended behind his begin.
inline int most_at_once(const Trial& run) {
  std::vector<std::pair<Nanos, int>> edges;
  for (const auto& lane : run.lanes()) {
    TaskId running = kNoTask;
    Nanos since = 0;
    auto change = [&](Nanos at, TaskId to) {
      if (running > kRootTask) edges.emplace_back(std::max(since, at - clock_error()), -1);
      if (to > kRootTask) edges.emplace_back(at, +1);
      running = to;
      since = at;
    };
    for (const auto& event : lane) {
      if (event.kind == EventKind::run) change(event.at, event.task);
      else if ((event.kind == EventKind::wait || event.kind == EventKind::done || event.kind == EventKind::ready) &&
               event.task == running)
        change(event.at, kNoTask);
    }
  }
  std::sort(edges.begin(), edges.end());  // at one instant, ends first
  int now = 0, most = 0;
  for (const auto& [at, change] : edges) most = std::max(most, now += change);
  return most;
}

/// `count` tasks from one body.
inline std::vector<std::shared_ptr<Work>> times(int count, std::function<Coroutine(Task&)> body) {
  std::vector<std::shared_ptr<Work>> works;
  for (int i = 0; i < count; ++i) works.push_back(work(body));
  return works;
}

/// Works for a gather. (g++ 12 fails on a braced list inside co_await.)
template <class... Works>
std::vector<std::shared_ptr<Work>> all(Works... works) {
  return {std::move(works)...};
}

// -- Bodies of tests that several executors pass -----------------------------------------------------------------------

/// On two workers or loops.
inline void two_that_wait_for_each_other_are_a_deadlock(Trial& run) {
  std::shared_ptr<Work> a, b;
  run.run([&](Task& task) -> Coroutine {
    a = work([&](Task& task) -> Coroutine { co_await join(task, b); });
    b = work([&](Task& task) -> Coroutine { co_await join(task, a); });
    co_await gather(task, all(a, b));
  });
  EXPECT_EQ(run.end.end, RunEnd::deadlock);
  EXPECT_EQ(run.end.sentence, "Deadlock: task 1 waits for task 2; task 2 waits for task 1.");
  expect_well_formed(run);
}

/// Workers or permits, whichever are fewer: `cores`.
inline void eight_that_compute_have_so_many_cores(Trial& run, int cores) {
  run.run([](Task& task) -> Coroutine {
    co_await gather(task, times(8, [](Task& task) -> Coroutine { co_await compute(task, kMs); }));
  });
  EXPECT_EQ(run.fact(Fact::cores), cores);
  EXPECT_LE(most_at_once(run), cores);
  expect_well_formed(run);
}

/// `MadeTrial`: a trial that is made from nothing.
template <class MadeTrial>
void runs_begin_and_end_many_times() {
  for (int i = 0; i < 300; ++i) {
    MadeTrial run;
    std::atomic<int> ran = 0;
    run.start([&](Task& task) -> Coroutine {
      co_await gather(task, times(10, [&](Task& task) -> Coroutine {
        ++ran;
        co_await io(task, kMs / 10);
      }));
    });
    if (i % 3 == 0) {
      run.executor->poll(0);
      run.executor->cancel();
    }
    run.finish();
    EXPECT_TRUE(i % 3 == 0 || ran == 10) << run.end.sentence;
  }
}

/// Whatever is off a loop when its run is cancelled, or is given up without that. `trial()` makes one.
template <class MakeTrial>
void runs_end_whatever_is_off_the_loop(MakeTrial trial) {
  for (const bool blocks : {true, false})
    for (const int polls : {0, 3, 30})
      for (const bool cancels : {true, false}) {
        const std::unique_ptr<Trial> made = trial();
        Trial& run = *made;
        run.start([&](Task& task) -> Coroutine {
          co_await gather(task, times(3, [&](Task& task) -> Coroutine {
            co_await to_thread(task, work([&](Task& task) -> Coroutine {
              if (blocks) co_await block(task, kHour);
              else co_await compute(task, kHour);
            }));
          }));
        });
        for (int i = 0; i < polls; ++i) run.executor->poll(i % 2 ? 0 : kMs / 10);
        const Nanos begin = run.options.clock->now();
        if (cancels) {
          run.executor->cancel();
          EXPECT_EQ(run.finish().end, RunEnd::cancelled);
          expect_well_formed(run);
        }
        run.executor.reset();
        EXPECT_LT(run.options.clock->now() - begin, 2'000 * kMs);
      }
}

/// What keeps a worker busy for long, but not for ever: who does not hear that it is to end, ends.
enum class LongWork { computes, calls_functions, computes_off_the_loop };
inline Coroutine works_long(Task& task, LongWork how, std::atomic<int>& begun, std::atomic<int>& heard, std::atomic<int>& over) {
  constexpr Nanos kLong = 2'000 * kMs;
  if (how != LongWork::computes_off_the_loop) ++begun;
  try {
    switch (how) {
      case LongWork::computes: co_await compute(task, kLong); break;
      case LongWork::calls_functions:
        for (int i = 0; i < 50'000'000; ++i) both(forks_of(task), [](Forks&) { return 1; }, [](Forks&) { return 2; });
        break;
      case LongWork::computes_off_the_loop:
        co_await to_thread(task, work([&](Task& task) { return works_long(task, LongWork::computes, begun, heard, over); }));
        co_return;
    }
  } catch (const Cancelled&) {
    ++heard;
  }
  ++over;
}

/// A run is cancelled while main has no turn: of tasks that work long, the two that are under way hear of it all the same, and no
/// other is begun meanwhile. On two workers or loops.
inline void a_stop_is_heard_without_main(Trial& run, LongWork how) {
  const int tasks = how == LongWork::computes_off_the_loop ? 2 : 10;
  std::atomic<int> begun = 0, heard = 0, over = 0;
  run.start([&](Task& task) -> Coroutine {
    co_await gather(task, times(tasks, [&](Task& task) { return works_long(task, how, begun, heard, over); }));
  });
  while (begun < 2) run.executor->poll(0);
  run.executor->cancel();
  while (over < 2) std::this_thread::yield();
  EXPECT_EQ(heard, 2);
  EXPECT_EQ(run.finish().end, RunEnd::cancelled);
  EXPECT_EQ(begun, 2);
  expect_well_formed(run);
}

/// Where no thread can be started for what is sent off the loop.
inline void what_stays_on_the_loop_blocks_nobody(Trial& run) {
  run.run([](Task& task) -> Coroutine {
    co_await gather(task, times(8, [](Task& task) -> Coroutine {
      co_await to_thread(task, work([](Task& task) -> Coroutine { co_await block(task, 20 * kMs); }));
    }));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_LT(run.makespan(), 80 * kMs);
  EXPECT_EQ(run.outcomes()[Outcome::finished], 16);
  expect_well_formed(run);
}

/// Whom a suite asks: an executor, and of `loop` the one or several.
struct Candidate {
  ExecutorKind kind = ExecutorKind::serial;
  bool several = false;

  /// Several loops are not `loop`, whose order is asyncio's.
  friend bool operator==(const Candidate& a, ExecutorKind kind) { return a.kind == kind && !a.several; }
  int workers(int asked) const { return kind == ExecutorKind::loop && !several ? 1 : asked; }
  std::string name() const { return several ? "loops" : std::string(id_of(kind)); }
  friend std::ostream& operator<<(std::ostream& out, const Candidate& candidate) { return out << candidate.name(); }
};

/// All there are: one that this build refuses is skipped, with its sentence.
inline std::vector<Candidate> every_candidate() {
  std::vector<Candidate> all;
  for (int i = 0; i < kExecutorKinds; ++i) all.push_back({static_cast<ExecutorKind>(i), false});
  all.push_back({ExecutorKind::loop, true});
  return all;
}
inline std::vector<Candidate> candidates_with_one_memory() {
  std::vector<Candidate> all = every_candidate();
  std::erase_if(all, [](const Candidate& each) { return each == ExecutorKind::processes; });
  return all;
}

/// A suite that is asked of each; who is refused is skipped, with the sentence.
template <class TrialOfAny>
class OfEachCandidate : public ::testing::TestWithParam<Candidate> {
 protected:
  explicit OfEachCandidate(int workers = 3) : run(GetParam().kind) { run.options.workers = GetParam().workers(workers); }
  void SetUp() override {
    if (!run.make()) GTEST_SKIP() << run.refused;
  }
  TrialOfAny run;
};

}  // namespace interleave::testing
