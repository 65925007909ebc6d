// sync_bench.cpp -- the loop's waits, with tracing on: a hop of a channel, a spawn and await, a million sleepers; beside
// them the floor of each, measured in the same run. Medians of interleaved rounds. Goals 8 to 10 of PERFORMANCE.md.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <queue>
#include <string_view>
#include <vector>

#ifdef __linux__
#include <thread>

#include <unistd.h>
#endif

#include "../runtime/real_clock.h"
#include "rows.h"
#include "runtime/executor.h"
#include "runtime/sync.h"

namespace {

using namespace interleave;

/// The machine's, and how long the loop slept by it.
class SleepTime final : public Clock {
 public:
  Nanos now() override { return clock_.now(); }
  void wait_until(Nanos deadline) override {
    const Nanos before = now();
    clock_.wait_until(deadline);
    slept += now() - before;
  }
  void notify() override { clock_.notify(); }
  Nanos slept = 0;

 private:
  testing::RealClock clock_;
};

SleepTime steady;
constexpr const char* kWho = "ours, traced";

/// Time from `begin` to the end.
Nanos run(std::function<Coroutine(Task&, Nanos& begin)> main) {
  RunOptions options;
  options.kind = ExecutorKind::loop;
  options.compute_rate = 1;
  options.clock = &steady;
  options.clock_step = testing::clock_step();  // else the loop takes a browser's clock, which stands for 5 us, for an exact one
  const auto recorder = Recorder::recycling();
  auto made = make_executor(options);
  Nanos begin = 0, end = 0;
  made.executor->start(root([&](Task& task) -> Coroutine {
                         co_await gather(task, {work([&](Task& task) { return main(task, begin); })});
                         end = steady.now();
                       }),
                       *recorder);
  while (made.executor->poll(1'000 * kMs).kind != Progress::Kind::done) {}
  return end - begin;
}

double resident_bytes() {
#ifdef __linux__
  long pages = 0, resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
#else
  return 0;
#endif
}

constexpr int kHops = 400'000, kSpawns = 200'000, kSleepers = 1'000'000;

/// Two tasks and two queues of one place; a hop is a put that somebody waits for.
double channel_hop() {
  const Nanos took = run([](Task& task, Nanos& begin) -> Coroutine {
    Queue<int> there(1), back(1);
    std::vector<std::shared_ptr<Work>> both;
    both.push_back(work([&](Task& task) -> Coroutine {
      for (int i = 0; i < kHops / 2; ++i) {
        co_await put(task, there, i);
        co_await get(task, back);
      }
    }));
    both.push_back(work([&](Task& task) -> Coroutine {
      for (int i = 0; i < kHops / 2; ++i) {
        co_await get(task, there);
        co_await put(task, back, i);
      }
    }));
    begin = steady.now();
    co_await gather(task, std::move(both));
  });
  return static_cast<double>(took) / kHops;
}

double lock_hand_over() {
  const Nanos took = run([](Task& task, Nanos& begin) -> Coroutine {
    Lock lock;
    std::vector<std::shared_ptr<Work>> both;
    for (int who = 0; who < 2; ++who)
      both.push_back(work([&](Task& task) -> Coroutine {
        for (int i = 0; i < kHops / 2; ++i) {
          co_await acquire(task, lock);
          co_await io(task, 0);
          co_await release(task, lock);
        }
      }));
    begin = steady.now();
    co_await gather(task, std::move(both));
  });
  return static_cast<double>(took) / kHops;
}

double spawn_and_await() {
  const Nanos took = run([](Task& task, Nanos& begin) -> Coroutine {
    begin = steady.now();
    for (int i = 0; i < kSpawns; ++i) {
      auto child = work([](Task&) -> Coroutine { co_return; });
      co_await spawn(task, child);
      co_await join(task, child);
    }
  });
  return static_cast<double>(took) / kSpawns;
}

/// glibc's programs count without atomics until they have had a thread.
bool has_had_a_thread() {
#ifdef __linux__
  std::thread([] {}).join();
  return true;
#else
  return false;
#endif
}

/// Delays of 2.000 to 2.999 s, all of which begin before the first ends. CPU time of all (spawn, arm, fire, end), memory
/// while all sleep, and how late the last one is.
void million_sleepers(double& cpu_ns, double& bytes, double& late_ms) {
  const double before = resident_bytes();
  const std::clock_t cpu_before = std::clock();
  const Nanos begin = steady.now(), slept_before = steady.slept;
  double most = 0;
  Nanos last_due = 0, last = 0;
  run([&](Task& task, Nanos&) -> Coroutine {
    std::vector<std::shared_ptr<Work>> sleepers;
    sleepers.reserve(kSleepers + 1);
    for (int i = 0; i < kSleepers; ++i)
      sleepers.push_back(work([i](Task& task) -> Coroutine { co_await io(task, 2'000 * kMs + i % 1'000 * kMs); }));
    sleepers.push_back(work([&](Task&) -> Coroutine {
      most = resident_bytes();
      last_due = steady.now() + 2'999 * kMs;
      co_return;
    }));
    co_await gather(task, std::move(sleepers));
    last = steady.now();
  });
  // In wasm std::clock() is the time that passed, also asleep.
  const double cpu = static_cast<double>(std::clock() - cpu_before) / CLOCKS_PER_SEC * 1e9;
  cpu_ns = std::min(cpu, static_cast<double>(steady.now() - begin - (steady.slept - slept_before))) / kSleepers;
  bytes = (most - before) / kSleepers;
  late_ms = static_cast<double>(last - last_due) / 1e6;
}

/// Floors, without an executor.
double heap_push_and_pop() {
  std::priority_queue<Nanos, std::vector<Nanos>, std::greater<>> heap;
  const Nanos begin = steady.now();
  for (int i = 0; i < kSleepers; ++i) heap.push(i % 1'000 * kMs + i);
  while (!heap.empty()) heap.pop();
  return static_cast<double>(steady.now() - begin) / kSleepers;
}
double wheel_add_and_pop() {
  TimerQueue queue;
  std::vector<TimerNode> nodes(kSleepers);
  const Nanos begin = steady.now();
  for (int i = 0; i < kSleepers; ++i) queue.add(nodes[static_cast<std::size_t>(i)], i % 1'000 * kMs + i);
  while (queue.pop_due(kForever - 1)) {}
  return static_cast<double>(steady.now() - begin) / kSleepers;
}

}  // namespace

/// `bench_sync_bench`: all; `bench_sync_bench hop sleepers`: these, for a profiler.
int main(int argc, char** argv) {
  auto wanted = [&](std::string_view name) { return argc < 2 || std::find(argv + 1, argv + argc, name) != argv + argc; };
  if (wanted("sleepers")) {  // first: what others leave in glibc's heap is put together when a million are freed, 140 ms in one piece
    double ns = 0, bytes = 0, late = 0;
    million_sleepers(ns, bytes, late);
    bench::row("a million sleepers, CPU time of each", kWho, ns, "ns");
    if (bytes > 0) bench::row("a million sleepers, memory of each", kWho, bytes, "bytes");
    bench::row("a million sleepers, the last is late", kWho, late, "ms");
  }
  std::vector<double> hop, lock, spawn, heap, wheel;
  for (int round = 0; round < 7; ++round) {
    if (wanted("hop")) hop.push_back(channel_hop());
    if (wanted("lock")) lock.push_back(lock_hand_over());
    if (wanted("spawn")) spawn.push_back(spawn_and_await());
    if (!wanted("timers")) continue;
    heap.push_back(heap_push_and_pop());
    wheel.push_back(wheel_add_and_pop());
  }
  auto print = [](const char* what, std::vector<double>& of) {
    if (!of.empty()) bench::row(what, kWho, bench::median(of), "ns");
  };
  print("channel, a hop", hop);
  print("lock, a hand-over", lock);
  print("spawn and await", spawn);
  if (std::vector<double> with_threads; wanted("spawn") && has_had_a_thread()) {
    for (int round = 0; round < 7; ++round) with_threads.push_back(spawn_and_await());
    print("spawn and await, where there are threads", with_threads);
  }
  print("timer of a million: heap", heap);
  print("timer of a million: wheel", wheel);
}
