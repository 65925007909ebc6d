// cancel_bench.cpp -- how soon a task that computes hears that it is to end (P4: a millisecond), and how soon an idle worker begins
// what is queued (P5: likewise). Medians and maxima of interleaved rounds: by the clock, which on a busy machine is its scheduler's
// time, and, where that can be asked for, by the processor time that the program took meanwhile, which is ours on any.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "place.h"
#include "rows.h"
#include "runtime/compute.h"
#include "runtime/executor.h"

namespace {

using namespace interleave;

constexpr int kRounds = 3, kStops = 30, kCancels = 100;

const std::unique_ptr<Clock> steady = bench::make_clock();

struct Moment {
  double by_clock, by_cpu;
  static Moment now() { return {static_cast<double>(steady->now()), bench::cpu_is_cheap() ? static_cast<double>(bench::cpu_now()) : 0}; }
  friend Moment operator-(const Moment& a, const Moment& b) { return {a.by_clock - b.by_clock, a.by_cpu - b.by_cpu}; }
};

struct Trial {
  ExecutorKind kind;
  int workers;
  double rate;
  const std::unique_ptr<Clock> clock = bench::make_clock();

  /// One run; `outside`, if there is one, is told when it is under way, on a thread of its own.
  void run(std::function<Coroutine(Task&)> main, const std::function<void(Executor&)>& outside = {}) {
    RunOptions options = bench::options_here(*clock);
    options.kind = kind;
    options.workers = workers;
    options.compute_rate = rate;
    const auto recorder = Recorder::recycling();
    auto made = make_executor(options);
    made.executor->start(root(std::move(main)), *recorder);
    std::thread thread;
    if (outside) thread = std::thread([&] { outside(*made.executor); });
    while (made.executor->poll(1'000 * kMs).kind != Progress::Kind::done) {}
    if (thread.joinable()) thread.join();
  }

  /// The whole run is stopped by another thread, while a task computes; ns from cancel() to the task's end.
  Moment stopped() {
    std::atomic<bool> computes{false};
    Moment asked{}, heard{};
    run(
        [&](Task& task) -> Coroutine {
          std::vector<std::shared_ptr<Work>> works{work([&](Task& task) -> Coroutine {
            computes = true;
            try {
              co_await compute(task, 3'600'000 * kMs);
            } catch (const Cancelled&) {
              heard = Moment::now();
              throw;
            }
          })};
          co_await gather(task, works);
        },
        [&](Executor& executor) {
          while (!computes) std::this_thread::yield();
          asked = Moment::now();
          executor.cancel();
        });
    return heard - asked;
  }

  /// A task cancels another, which computes; of each ns from cancel() to its end.
  std::vector<Moment> cancelled() {
    std::vector<Moment> each;
    run([&](Task& task) -> Coroutine {
      for (int i = 0; i < kCancels; ++i) {
        std::atomic<bool> computes = false;
        Moment heard{};
        auto victim = work([&](Task& task) -> Coroutine {
          computes = true;
          try {
            co_await compute(task, 3'600'000 * kMs);
          } catch (const Cancelled&) {
            heard = Moment::now();
          }
        });
        co_await spawn(task, victim);
        while (!computes) co_await io(task, kMs / 20);
        const Moment asked = Moment::now();
        co_await cancel(task, victim);
        co_await join(task, victim);
        each.push_back(heard - asked);
      }
    });
    return each;
  }

  /// Workers that sleep get one task; of each ns from spawn() to its first line.
  std::vector<Moment> begun() {
    std::vector<Moment> each;
    run([&](Task& task) -> Coroutine {
      for (int i = 0; i < kCancels; ++i) {
        co_await io(task, kMs / 2);
        Moment began{};
        auto one = work([&](Task&) -> Coroutine {
          began = Moment::now();
          co_return;
        });
        const Moment asked = Moment::now();
        co_await spawn(task, one);
        co_await join(task, one);
        each.push_back(began - asked);
      }
    });
    return each;
  }
};

void rows(const std::string& what, const std::vector<Moment>& moments) {
  for (double Moment::*by : {&Moment::by_clock, &Moment::by_cpu}) {
    if (by == &Moment::by_cpu && !bench::cpu_is_cheap()) continue;
    std::vector<double> values;
    for (const Moment& each : moments) values.push_back(each.*by / 1000);
    const char* const of = by == &Moment::by_cpu ? "processor time" : "clock";
    bench::row(fmt::format("{}, {}, median", what, of), "ours, traced", bench::median(values), "us");
    bench::row(fmt::format("{}, {}, at most", what, of), "ours, traced", *std::max_element(values.begin(), values.end()), "us");
  }
}

}  // namespace

int main() {
  const double rate = calibrate(*steady);
  struct Row {
    const char* name;
    ExecutorKind kind;
    int workers;
    std::vector<Moment> stopped{}, cancelled{}, begun{};
  };
  Row all[] = {{"serial", ExecutorKind::serial, 1}, {"loop", ExecutorKind::loop, 1}, {"loop, two of them", ExecutorKind::loop, 2},
               {"threads", ExecutorKind::threads, 2}, {"gil", ExecutorKind::gil, 2}, {"stealing", ExecutorKind::stealing, 2}};
  auto append = [](std::vector<Moment>& to, const std::vector<Moment>& more) { to.insert(to.end(), more.begin(), more.end()); };
  for (int round = 0; round < kRounds; ++round)
    for (Row& row : all) {
      Trial trial{row.kind, row.workers, rate};
      for (int i = 0; i < kStops; ++i) row.stopped.push_back(trial.stopped());
      if (row.kind == ExecutorKind::serial || (row.kind == ExecutorKind::loop && row.workers == 1)) continue;  // who computes has the one thread
      append(row.cancelled, trial.cancelled());
      append(row.begun, trial.begun());
    }
  for (const Row& row : all) {
    rows(fmt::format("a run is stopped, heard, {}", row.name), row.stopped);
    if (row.cancelled.empty()) continue;
    rows(fmt::format("a task is cancelled, heard, {}", row.name), row.cancelled);
    rows(fmt::format("spawned, begun by who slept, {}", row.name), row.begun);
  }
}
