// executor_bench.cpp -- what the executors cost: a figure a line, medians of interleaved rounds.
#include <algorithm>
#include <vector>

#include "../runtime/real_clock.h"
#include "rows.h"
#include "runtime/compute.h"
#include "runtime/executor.h"
#include "trace/trace.h"

namespace {

using namespace interleave;

testing::RealClock steady;
double rate = 0;

/// Time from t = 0 to the end of the run; the start of the workers is before it. `kept`: how long a core was kept by each that gave it
/// to another, ms.
Nanos time_of(ExecutorKind kind, int workers, int tasks, std::function<Coroutine(Task&)> body, std::vector<double>* kept = nullptr) {
  RunOptions options;
  options.kind = kind;
  options.workers = workers;
  options.machine_cores = 64;  // permits enough: the machine decides
  options.compute_rate = rate;
  options.clock = &steady;
  options.clock_step = testing::clock_step();  // else the loop takes a browser's clock, which stands for 5 us, for an exact one
  Recorder recorder(256u << 20);
  auto made = make_executor(options);
  Nanos begin = 0, end = 0;
  made.executor->start(root([&](Task& task) -> Coroutine {
                         std::vector<std::shared_ptr<Work>> works;
                         for (int i = 0; i < tasks; ++i) works.push_back(work(body));
                         begin = steady.now();
                         co_await gather(task, std::move(works));
                         end = steady.now();
                       }),
                       recorder);
  while (made.executor->poll(100 * kMs).kind != Progress::Kind::done) {}
  if (kept) {
    TraceReader reader(recorder);
    TraceBuilder builder(kind, Provenance::measured);
    std::vector<std::uint64_t> packets(64 << 10);
    while (const std::size_t count = reader.read(packets)) builder.add(std::span(packets).first(count));
    const auto trace = builder.finish();
    for (const Lane& core : trace->cores()) {
      Nanos since = 0;
      TaskId task = kNoTask;
      for (std::size_t i = 0; i < core.spans.size(); ++i) {
        const Span span = core.spans[i];
        if (span.task == task) continue;
        if (task > kRootTask && span.task > kRootTask) kept->push_back(static_cast<double>(span.begin - since) / 1e6);
        since = span.begin;
        task = span.task;
      }
    }
  }
  return end - begin;
}

Coroutine nothing(Task&) { co_return; }
Coroutine work_100_ms(Task& task) { co_await compute(task, 100 * kMs); }
Coroutine sleep_100_ms(Task& task) { co_await io(task, 100 * kMs); }

}  // namespace

int main() {
  rate = calibrate(steady);
  using bench::median, bench::row;
  constexpr const char* kWho = "ours, traced";
  row("compute: steps of the chain", kWho, rate, "per ns");
  std::vector<double> spawn, serial, sleepers, gil, threads, kept;
  constexpr int kTasks = 100'000;
  for (int round = 0; round < 5; ++round) {
    spawn.push_back(static_cast<double>(time_of(ExecutorKind::loop, 1, kTasks, nothing)) / kTasks);
    serial.push_back(static_cast<double>(time_of(ExecutorKind::serial, 1, kTasks, nothing)) / kTasks);
    sleepers.push_back(static_cast<double>(time_of(ExecutorKind::loop, 1, kTasks, sleep_100_ms) - 100 * kMs) / kTasks);
    const auto gil_1 = static_cast<double>(time_of(ExecutorKind::gil, 2, 1, work_100_ms));
    const auto gil_2 = static_cast<double>(time_of(ExecutorKind::gil, 2, 2, work_100_ms, &kept));
    const auto threads_1 = static_cast<double>(time_of(ExecutorKind::threads, 2, 1, work_100_ms));
    const auto threads_2 = static_cast<double>(time_of(ExecutorKind::threads, 2, 2, work_100_ms));
    gil.push_back(gil_2 / (2 * gil_1));
    threads.push_back(2 * threads_1 / threads_2);
  }
  row("gather of 100,000 empty tasks, loop, each", kWho, median(spawn), "ns");
  row("gather of 100,000 empty tasks, serial, each", kWho, median(serial), "ns");
  row("100,000 sleep 100 ms, above the sleep, each", kWho, median(sleepers), "ns");
  row("GIL: 2 CPU tasks against 2 x 1", kWho, median(gil), "times");
  row("threads: speed-up of 2 CPU tasks", kWho, median(threads), "times");
  row("GIL: kept while another wants it, of 5 ms", kWho, median(kept), "ms");
  row("GIL: so kept within a fifth of that", kWho, 100.0 * static_cast<double>(std::ranges::count_if(kept, [](double ms) { return ms >= 4 && ms <= 6; })) / static_cast<double>(kept.size()), "%");
}
