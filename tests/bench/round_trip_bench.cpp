// round_trip_bench.cpp -- waits and round trips beside others' runtimes, in one interleaved run: asio's coroutines where
// Debian's libasio-dev is there, CPython's asyncio and its process pool where there is a python3 (round_trip_peers.py).
// Ours is traced, as always. Medians of rounds; trust the ratios.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#ifdef INTERLEAVE_BENCH_ASIO
#include <asio.hpp>
#include <asio/experimental/channel.hpp>
#endif

#include "python_peers.h"
#include "rows.h"
#include "platform/native/http_server.h"
#include "platform/native/native_clock.h"
#include "platform/native/native_run.h"
#include "platform/native/process_port_posix.h"
#include "platform/native/task_process.h"
#include "runtime/executor.h"
#include "runtime/sync.h"
#include "trace/trace.h"

namespace {

using namespace interleave;

constexpr int kHops = 100'000, kSpawns = 100'000, kSleepers = 100'000, kRounds = 5, kHot = 2'000, kCold = 50;
NativeClock steady;
NativeMachine machine;

/// CPU time of this process, ns.
Nanos cpu_now() { return static_cast<Nanos>(static_cast<double>(std::clock()) / CLOCKS_PER_SEC * 1e9); }

/// What `measured` says, of a run of this executor.
double run(ExecutorKind kind, std::function<Coroutine(Task&, double& measured)> main) {
  RunOptions options;
  options.kind = kind;
  options.compute_rate = 1;
  options.machine_cores = static_cast<int>(std::thread::hardware_concurrency());
  options.clock = &steady;
  const auto recorder = Recorder::recycling();
  auto made = make_executor(options);
  double measured = 0;
  made.executor->start(root([&](Task& task) { return main(task, measured); }), *recorder);
  while (made.executor->poll(1'000 * kMs).kind != Progress::Kind::done) {}
  return measured;
}

Coroutine nothing(Task&) { co_return; }

double our_hop() {
  return run(ExecutorKind::loop, [](Task& task, double& measured) -> Coroutine {
    Queue<int> there(1), back(1);
    auto ping = work([&](Task& task) -> Coroutine {
      for (int i = 0; i < kHops / 2; ++i) {
        co_await put(task, there, i);
        co_await get(task, back);
      }
    });
    auto pong = work([&](Task& task) -> Coroutine {
      for (int i = 0; i < kHops / 2; ++i) {
        co_await get(task, there);
        co_await put(task, back, i);
      }
    });
    std::vector<std::shared_ptr<Work>> both{ping, pong};
    const Nanos begin = steady.now();
    co_await gather(task, both);
    measured = static_cast<double>(steady.now() - begin) / kHops;
  });
}

double our_spawn() {
  return run(ExecutorKind::loop, [](Task& task, double& measured) -> Coroutine {
    const Nanos begin = steady.now();
    for (int i = 0; i < kSpawns; ++i) {
      auto child = work(nothing);
      co_await spawn(task, child);
      co_await join(task, child);
    }
    measured = static_cast<double>(steady.now() - begin) / kSpawns;
  });
}

/// Delays of 100 to 199 ms.
double our_sleepers() {
  return run(ExecutorKind::loop, [](Task& task, double& measured) -> Coroutine {
    std::vector<std::shared_ptr<Work>> sleepers;
    const Nanos begin = cpu_now();
    for (int i = 0; i < kSleepers; ++i)
      sleepers.push_back(work([i](Task& task) -> Coroutine { co_await io(task, (100 + i % 100) * kMs); }));
    co_await gather(task, std::move(sleepers));
    measured = static_cast<double>(cpu_now() - begin) / kSleepers;
  });
}

/// main hands a task to another thread and waits for it. Cold: the pool sleeps.
double our_submit(ExecutorKind kind, bool cold) {
  return run(kind, [cold](Task& task, double& measured) -> Coroutine {
    const int times = cold ? kCold : kHot;
    std::vector<double> each;
    for (int i = 0; i < times; ++i) {
      if (cold) co_await io(task, 2 * kMs);
      const Nanos begin = steady.now();
      auto child = work(nothing);
      co_await spawn(task, child);
      co_await join(task, child);
      each.push_back(static_cast<double>(steady.now() - begin));
    }
    std::nth_element(each.begin(), each.begin() + times / 2, each.end());
    measured = each[static_cast<std::size_t>(times / 2)];
  });
}

/// The floor of what is hot: two threads hand each other a word, and neither sleeps.
double spin() {
  std::atomic<int> word{0};
  std::thread other([&] {
    for (int i = 0; i < kHops; ++i) {
      while (word.load(std::memory_order_acquire) != 2 * i + 1) {}
      word.store(2 * i + 2, std::memory_order_release);
    }
  });
  const Nanos begin = steady.now();
  for (int i = 0; i < kHops; ++i) {
    word.store(2 * i + 1, std::memory_order_release);
    while (word.load(std::memory_order_acquire) != 2 * i + 2) {}
  }
  const double each = static_cast<double>(steady.now() - begin) / kHops;
  other.join();
  return each;
}

/// A script's tasks go to another process and come back one by one.
double our_script_process() {
  constexpr int kTrips = 20'000;
  Scenario scenario;
  scenario.lesson = "mine.py";
  scenario.workers = 1;
  scenario.source = fmt::format("from interleave import *\nasync def nothing(i):\n    return i\nasync def main():\n"
                                "    for i in range({}):\n        await gather(nothing(i))\nrun(main)\n", kTrips);
  NativeRun run(machine, scenario, ExecutorKind::processes);
  const Progress end = run.finish();
  if (end.end != RunEnd::finished) return fmt::print(stderr, "{}\n", end.sentence), 0;
  TraceBuilder builder(ExecutorKind::processes, Provenance::measured);
  TraceReader reader(run.recorder());
  std::vector<std::uint64_t> packets(1 << 14);
  while (const std::size_t n = reader.read(packets)) builder.add(std::span(packets.data(), n));
  return static_cast<double>(builder.finish()->summary().makespan) / kTrips;
}

/// A C++ task that does nothing, likewise. The median of its trips; `cold`: after a pause of 2 ms each.
struct Trips final : Root {
  struct Nothing final : Work {
    Coroutine run(Task&) override { co_return; }
    std::optional<Bytes> to_bytes(std::string*) const override { return Bytes{}; }
    std::optional<Bytes> result_to_bytes(std::string*) const override { return Bytes{}; }
    bool result_from_bytes(const Bytes&) override { return true; }
  };
  explicit Trips(bool cold = false) : cold(cold) {}
  std::shared_ptr<Work> main() override {
    return work([this](Task& task) -> Coroutine {
      const int times = cold ? kCold : 10 * kHot;
      std::vector<double> each;
      for (int i = 0; i < times; ++i) {
        if (cold) co_await io(task, 2 * kMs);
        const Nanos begin = steady.now();
        std::vector<std::shared_ptr<Work>> one{std::make_shared<Nothing>()};
        co_await gather(task, one);
        each.push_back(static_cast<double>(steady.now() - begin));
      }
      median = bench::median(each);
    });
  }
  std::optional<Bytes> to_bytes() const override { return Bytes{}; }
  std::shared_ptr<Work> work_from_bytes(const Bytes&) override { return std::make_shared<Nothing>(); }
  const bool cold;
  double median = 0;
};

double our_process(bool cold) {
  NativeClock clock;
  HttpServer server;
  ProcessPortPosix processes(clock, server);
  RunOptions options;
  options.kind = ExecutorKind::processes;
  options.workers = 1;
  options.compute_rate = 1;
  options.machine_cores = machine_cores();
  options.clock = &clock;
  options.processes = &processes;
  const auto recorder = Recorder::recycling();
  const auto trips = std::make_shared<Trips>(cold);
  const auto executor = make_executor(options).executor;
  executor->start(trips, *recorder);
  while (executor->poll(kForever).kind != Progress::Kind::done) {}
  return trips->median;
}

/// The only root whose bytes are none; else it is a script's.
std::shared_ptr<Root> root_in_child(const Bytes& bytes, std::string* why) {
  return bytes.empty() ? std::make_shared<Trips>() : script_root_in_child(bytes, why);
}

#ifdef INTERLEAVE_BENCH_ASIO
using asio::awaitable, asio::use_awaitable;
double asio_run(std::function<awaitable<void>(double&)> main) {
  asio::io_context context(1);
  double measured = 0;
  asio::co_spawn(context, main(measured), asio::detached);
  context.run();
  return measured;
}
using Channel = asio::experimental::channel<void(asio::error_code, int)>;
awaitable<void> asio_ping(Channel& to, Channel& from, bool begins) {
  for (int i = 0; i < kHops / 2; ++i) {
    if (begins) co_await to.async_send(asio::error_code(), i, use_awaitable);
    co_await from.async_receive(use_awaitable);
    if (!begins) co_await to.async_send(asio::error_code(), i, use_awaitable);
  }
}
double asio_hop() {
  asio::io_context context(1);
  Channel there(context, 1), back(context, 1);
  asio::co_spawn(context, asio_ping(there, back, true), asio::detached);
  asio::co_spawn(context, asio_ping(back, there, false), asio::detached);
  const Nanos begin = steady.now();
  context.run();
  return static_cast<double>(steady.now() - begin) / kHops;
}
awaitable<void> asio_nothing() { co_return; }
awaitable<void> asio_spawns(double& measured) {
  const auto executor = co_await asio::this_coro::executor;
  const Nanos begin = steady.now();
  for (int i = 0; i < kSpawns; ++i) co_await asio::co_spawn(executor, asio_nothing(), use_awaitable);
  measured = static_cast<double>(steady.now() - begin) / kSpawns;
}
awaitable<void> asio_sleep(int i) {
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(100 + i % 100));
  co_await timer.async_wait(use_awaitable);
}
double asio_sleepers() {
  asio::io_context context(1);
  const Nanos begin = cpu_now();
  for (int i = 0; i < kSleepers; ++i) asio::co_spawn(context, asio_sleep(i), asio::detached);
  context.run();
  return static_cast<double>(cpu_now() - begin) / kSleepers;
}
#endif

}  // namespace

int main(int argc, char** argv) {
  if (const auto status = run_as_child(argc, argv, root_in_child)) return *status;
  struct Row {
    const char* what;
    const char* key;  ///< python's
    std::function<double()> ours, asio;
    std::vector<double> our_times, asio_times, python_times;
    const char* who = "ours, traced";
  };
  std::vector<Row> rows = {
      {"channel, a hop", "hop", our_hop, nullptr, {}, {}, {}},
      {"spawn and await, on the loop", "spawn", our_spawn, nullptr, {}, {}, {}},
      {"100,000 sleepers, CPU time of each", "sleepers", our_sleepers, nullptr, {}, {}, {}},
      {"submit and get, stealing, hot", "submit_hot", [] { return our_submit(ExecutorKind::stealing, false); }, nullptr, {}, {}, {}},
      {"submit and get, stealing, cold", "submit_cold", [] { return our_submit(ExecutorKind::stealing, true); }, nullptr, {}, {}, {}},
      {"submit and get, threads, hot", "submit_hot", [] { return our_submit(ExecutorKind::threads, false); }, nullptr, {}, {}, {}},
      {"a word there and back between two threads that spin", "", spin, nullptr, {}, {}, {}, "the floor"},
      {"process, a round trip, hot", "process_hot", [] { return our_process(false); }, nullptr, {}, {}, {}},
      {"process, a round trip of a script's task, hot", "process_hot", our_script_process, nullptr, {}, {}, {}},
      {"process, a round trip, cold", "process_cold", [] { return our_process(true); }, nullptr, {}, {}, {}},
  };
#ifdef INTERLEAVE_BENCH_ASIO
  rows[0].asio = asio_hop;
  rows[1].asio = [] { return asio_run(asio_spawns); };
  rows[2].asio = asio_sleepers;
#endif
  for (int round = 0; round < kRounds; ++round) {
    for (Row& row : rows) {
      row.our_times.push_back(row.ours());
      if (row.asio) row.asio_times.push_back(row.asio());
    }
    const auto said = bench::python_says(INTERLEAVE_SOURCE_DIR "/tests/bench/round_trip_peers.py");
    for (Row& row : rows)
      if (const auto found = said.find(row.key); found != said.end()) row.python_times.push_back(found->second);
  }
  for (const Row& row : rows) {
    bench::row(row.what, row.who, bench::median(row.our_times), "ns");
    if (!row.asio_times.empty()) bench::row(row.what, "asio", bench::median(row.asio_times), "ns");
    if (!row.python_times.empty()) bench::row(row.what, "CPython", bench::median(row.python_times), "ns");
  }
}
