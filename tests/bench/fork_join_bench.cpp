// fork_join_bench.cpp -- what a fork costs, beside the serial function and oneTBB, in one interleaved run (goals 1 to 3, 6, 7).
//
// "ours" goes the way of every run: executor `stealing`, a task, forks_of(task), every fork and join recorded. Each lane's
// last chunk is written again and again, or the trace would not fit in memory. "untraced" is the same header over a lane
// that writes nothing. Ratios are medians of rounds; absolute times on these machines are noise.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#ifdef INTERLEAVE_BENCH_TBB
#include <tbb/global_control.h>
#include <tbb/parallel_invoke.h>
#include <tbb/task_arena.h>
#endif

#include "place.h"
#include "rows.h"
#include "runtime/executor.h"
#include "runtime/fork_coroutine.h"

namespace {

using namespace interleave;

constexpr int kFib = 33, kRounds = 7, kQueens = 13;
constexpr std::int64_t kLeaves = 1'000'000;
constexpr int kEmpty = 5'000'000, kGrains = 16, kFibOfTasks = 20;
constexpr std::size_t kMatrix = 512;

const std::unique_ptr<Clock> steady = bench::make_clock();
Nanos timed(const std::function<void()>& what) {
  const Nanos begin = steady->now();
  what();
  return steady->now() - begin;
}

// -- The workloads, written once for whoever forks. -------------------------------------------------------------------

struct Serial {
  template <class F, class G>
  auto operator()(F f, G g) {
    auto a = f(*this);
    return std::pair{a, g(*this)};
  }
};
template <class Lane>
struct Ours {
  BasicForks<Lane>& forks;
  template <class F, class G>
  auto operator()(F f, G g) {
    return both(forks, [f](BasicForks<Lane>& forks) { Ours o{forks}; return f(o); },
                [g](BasicForks<Lane>& forks) { Ours o{forks}; return g(o); });
  }
};
#ifdef INTERLEAVE_BENCH_TBB
struct Tbb {
  template <class F, class G>
  auto operator()(F f, G g) {
    std::int64_t a, b;
    tbb::parallel_invoke([&] { Tbb t; a = f(t); }, [&] { Tbb t; b = g(t); });
    return std::pair{a, b};
  }
};
#endif

template <class Fork>
[[gnu::noinline]] std::int64_t fib(Fork& fork, int n) {
  if (n < 2) return n;
  const auto [a, b] = fork([n](Fork& fork) { return fib(fork, n - 1); }, [n](Fork& fork) { return fib(fork, n - 2); });
  return a + b;
}

template <class Fork>
[[gnu::noinline]] std::int64_t skynet(Fork& fork, std::int64_t first, std::int64_t leaves) {
  if (leaves == 1) return first;
  const std::int64_t half = leaves / 2;
  const auto [a, b] = fork([=](Fork& fork) { return skynet(fork, first, half); },
                           [=](Fork& fork) { return skynet(fork, first + half, leaves - half); });
  return a + b;
}

struct Board {
  std::uint32_t columns = 0, left = 0, right = 0;
};
template <class Fork>
std::int64_t queens(Fork& fork, Board board, std::uint32_t free, std::uint32_t all);
template <class Fork>
std::int64_t place(Fork& fork, Board board, std::uint32_t at, std::uint32_t all) {
  board = {board.columns | at, (board.left | at) << 1, (board.right | at) >> 1};
  if (board.columns == all) return 1;
  return queens(fork, board, all & ~(board.columns | board.left | board.right), all);
}
/// The free places of one row, in halves.
template <class Fork>
[[gnu::noinline]] std::int64_t queens(Fork& fork, Board board, std::uint32_t free, std::uint32_t all) {
  if (free == 0) return 0;
  const std::uint32_t at = free & -free, rest = free & (free - 1);
  if (rest == 0) return place(fork, board, at, all);
  const auto [a, b] = fork([=](Fork& fork) { return queens(fork, board, rest, all); },
                           [=](Fork& fork) { return place(fork, board, at, all); });
  return a + b;
}

/// Two matrices of small numbers, multiplied row by row: tasks of some 100 us. The sum of the product's elements.
struct Matrices {
  std::vector<std::int32_t> a, b;
  Matrices() : a(kMatrix * kMatrix), b(kMatrix * kMatrix) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<std::int32_t>(i % 7), b[i] = static_cast<std::int32_t>(i % 5);
  }
};
template <class Fork>
std::int64_t multiply(Fork& fork, const Matrices& m, std::size_t low, std::size_t high) {
  if (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    const auto [a, b] = fork([&, middle, high](Fork& fork) { return multiply(fork, m, middle, high); },
                             [&, low, middle](Fork& fork) { return multiply(fork, m, low, middle); });
    return a + b;
  }
  std::vector<std::int32_t> row(kMatrix);
  for (std::size_t k = 0; k < kMatrix; ++k)
    for (std::size_t j = 0; j < kMatrix; ++j) row[j] += m.a[low * kMatrix + k] * m.b[k * kMatrix + j];
  std::int64_t sum = 0;
  for (const std::int32_t element : row) sum += element;
  return sum;
}

/// About a microsecond: a chain that no compiler makes shorter.
[[gnu::noinline]] std::int64_t grain(std::uint64_t seed) {
  for (int i = 0; i < 800; ++i) {
    seed = seed * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
    asm volatile("" : "+r"(seed));
  }
  return static_cast<std::int64_t>(seed >> 33);
}
/// 2^n of them: what the trace costs where tasks are no shorter (goal 2).
template <class Fork>
[[gnu::noinline]] std::int64_t grains(Fork& fork, int n, std::uint64_t seed) {
  if (n > 0) {
    const auto [a, b] = fork([=](Fork& fork) { return grains(fork, n - 1, 2 * seed); }, [=](Fork& fork) { return grains(fork, n - 1, 2 * seed + 1); });
    return a + b;
  }
  return grain(seed);
}

template <class Fork>
std::int64_t run(const std::string& what, Fork& fork) {
  if (what == "grains") return grains(fork, kGrains, 1);
  if (what == "matmul") {
    static const Matrices matrices;
    return multiply(fork, matrices, 0, kMatrix);
  }
  if (what == "fib") return fib(fork, kFib);
  if (what == "skynet") return skynet(fork, 0, kLeaves);
  const std::uint32_t all = (1u << kQueens) - 1;
  return queens(fork, {}, all, all);
}

// -- Whoever forks. ---------------------------------------------------------------------------------------------------

void run_on_stealing(int workers, std::function<Coroutine(Task&)> main) {
  RunOptions options = bench::options_here(*steady);
  options.kind = ExecutorKind::stealing;
  options.workers = options.machine_cores = workers;
  options.compute_rate = 1;
  const auto recorder = Recorder::recycling();
  auto made = make_executor(options);
  made.executor->start(root(std::move(main)), *recorder);
  while (made.executor->poll(1'000 * kMs).kind != Progress::Kind::done) {}
}

/// Nanoseconds of what a task of `stealing` does with its forks.
Nanos on_stealing(int workers, const std::function<void(Forks&)>& body) {
  Nanos took = 0;
  run_on_stealing(workers, [&](Task& task) -> Coroutine {
    std::vector<std::shared_ptr<Work>> works{work([&](Task& task) -> Coroutine {
      took = timed([&] { body(forks_of(task)); });
      co_return;
    })};
    co_await gather(task, std::move(works));
  });
  return took;
}

struct NoLane {
  bool mark(std::uint64_t) { return true; }
  void at(Nanos, EventKind, std::uint32_t, TaskId) {}
  void rearm(std::ptrdiff_t) {}
};
/// One worker without a trace: what is left is the deque.
struct Alone final : BasicForkHost<NoLane> {
  Nanos edge() override { return 0; }
  void shared() override {}
  void wait_for(ForkEnd&) override { std::abort(); }
  void wake(BasicForkHost<NoLane>&) override { std::abort(); }
  NoLane lane;
  BasicForks<NoLane> forks{*this, lane, 1 << 13};
};

/// fib where each call is a task of its own that may be stolen, and waits for two (goal 5).
Coroutine fib_of_tasks(Task& task, int n, std::int64_t& answer) {
  if (n < 2) {
    answer = n;
    co_return;
  }
  std::int64_t a = 0, b = 0;
  std::vector<std::shared_ptr<Work>> both{work([&a, n](Task& task) { return fib_of_tasks(task, n - 1, a); }),
                                          work([&b, n](Task& task) { return fib_of_tasks(task, n - 2, b); })};
  co_await gather(task, std::move(both));
  answer = a + b;
}
double call_of_fib_of_tasks(int workers) {
  std::int64_t answer = 0;
  Nanos took = 0;
  run_on_stealing(workers, [&](Task& task) -> Coroutine {
    const Nanos begin = steady->now();
    std::vector<std::shared_ptr<Work>> one{work([&](Task& task) { return fib_of_tasks(task, kFibOfTasks, answer); })};
    co_await gather(task, std::move(one));
    took = steady->now() - begin;
  });
  std::int64_t calls = 1, before = 1;  // of fib(1) and fib(0)
  for (int n = 2; n <= kFibOfTasks; ++n) before = std::exchange(calls, calls + before + 1);
  return static_cast<double>(took) / static_cast<double>(calls);
}

/// The same of frames that may be stolen, and are no tasks.
ForkCoroutine<std::int64_t> fib_of_frames(int n) {
  if (n < 2) co_return n;
  const auto [a, b] = co_await both(fib_of_frames(n - 1), fib_of_frames(n - 2));
  co_return a + b;
}

std::string workers_of(int n) { return fmt::format("{} worker{}", n, n == 1 ? "" : "s"); }

}  // namespace

/// `bench_fork_join_bench`: all; `bench_fork_join_bench fib empty`: these, for a profiler.
int main(int argc, char** argv) {
  using bench::median, bench::row;
  auto wanted = [&](std::string_view name) { return argc < 2 || std::find(argv + 1, argv + argc, name) != argv + argc; };
  std::map<std::string, std::int64_t> expected;
  const std::map<std::string, std::string> names = {{"fib", fmt::format("fib({})", kFib)},
                                                    {"skynet", fmt::format("skynet, {} leaves", kLeaves)},
                                                    {"queens", fmt::format("{} queens", kQueens)},
                                                    {"matmul", fmt::format("matrices of {0} x {0}", kMatrix)},
                                                    {"grains", fmt::format("{} tasks of 1 us", 1 << kGrains)}};
  const auto all = {"fib", "skynet", "queens", "matmul", "grains"};
  for (const std::string what : all) {
    Serial serial;
    expected[what] = run(what, serial);
  }
  for (const std::string what : all) {
    if (!wanted(what)) continue;
    std::map<std::string, std::vector<double>> times;
    auto check = [&](std::int64_t result) {
      if (result != expected[what]) fmt::print("WRONG RESULT of {}: {}\n", what, result);
    };
    for (int round = 0; round < kRounds; ++round) {
      auto add = [&](const std::string& name, Nanos t) { times[name].push_back(static_cast<double>(t)); };
      add("serial C++", timed([&] { Serial fork; check(run(what, fork)); }));
      for (int workers : {1, 2})
        add("ours, traced, " + workers_of(workers), on_stealing(workers, [&](Forks& forks) {
              Ours<LaneRecorder> fork{forks};
              check(run(what, fork));
            }));
      Alone alone;
      add("ours, untraced, 1 worker", timed([&] { Ours<NoLane> fork{alone.forks}; check(run(what, fork)); }));
#ifdef INTERLEAVE_BENCH_TBB
      for (int workers : {1, 2}) {
        tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(workers));
        tbb::task_arena arena(workers);
        add("oneTBB, " + workers_of(workers), timed([&] { arena.execute([&] { Tbb fork; check(run(what, fork)); }); }));
      }
#endif
    }
    const double floor = median(times["serial C++"]) / 1e6;
    for (auto& [name, values] : times) row(names.at(what), name, median(values) / 1e6, "ms", floor);
  }

  if (wanted("frames")) {
    const std::string name = fmt::format("fib({}) of coroutine frames", kFib);
    std::map<std::string, std::vector<double>> times;
    for (int round = 0; round < kRounds; ++round) {
      auto add = [&](const std::string& who, Nanos t) { times[who].push_back(static_cast<double>(t) / 1e6); };
      auto check = [&](std::int64_t result) {
        if (result != expected["fib"]) fmt::print("WRONG RESULT of frames: {}\n", result);
      };
      add("serial C++", timed([&] { Serial fork; check(run("fib", fork)); }));
      for (int workers : {1, 2}) {
        add("ours, traced, " + workers_of(workers), on_stealing(workers, [&](Forks& forks) { check(sync_wait(forks, fib_of_frames(kFib))); }));
        add("plain functions, " + workers_of(workers), on_stealing(workers, [&](Forks& forks) {
              Ours<LaneRecorder> fork{forks};
              check(run("fib", fork));
            }));
      }
    }
    const double floor = median(times["serial C++"]);
    for (auto& [who, values] : times) row(name, who, median(values), "ms", floor);
    for (const auto& [who, multiple, call] : {std::tuple{"libfork 3.8.0, 1 worker", 14.0, "9.7"}, {"libfork 3.8.0, 2 workers", 7.7, "5.3"}})
      bench::published(name, who, multiple, "x", fmt::format("PERFORMANCE.md, of the serial function there; {} ns a call", call));
  }

  if (wanted("tasks")) {
    std::vector<double> one, two;
    for (int round = 0; round < kRounds; ++round) {
      one.push_back(call_of_fib_of_tasks(1));
      two.push_back(call_of_fib_of_tasks(2));
    }
    row(fmt::format("fib({}) of coroutine tasks, a call", kFibOfTasks), "ours, traced, 1 worker", median(one), "ns");
    row(fmt::format("fib({}) of coroutine tasks, a call", kFibOfTasks), "ours, traced, 2 workers", median(two), "ns");
  }
  if (!wanted("empty")) return 0;
  std::vector<double> alone, beside;
  for (int round = 0; round < kRounds; ++round) {
    auto empty = [](Forks& forks) {
      for (int i = 0; i < kEmpty; ++i) both(forks, [](Forks&) {}, [](Forks&) {});
    };
    alone.push_back(static_cast<double>(on_stealing(1, empty)) / kEmpty);
    beside.push_back(static_cast<double>(on_stealing(2, empty)) / kEmpty);
  }
  row("empty fork and join", "ours, traced, 1 worker", median(alone), "ns");
  row("empty fork and join", "ours, traced, 2 workers", median(beside), "ns");
}
