// submit_bench.cpp -- work that a thread outside hands to a running executor: submit and get, hot (one after the other) and cold (the
// pool sleeps), a million submits, and what an idle pool costs (goal 11). Medians of interleaved rounds.
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <thread>
#include <vector>

#include "platform/native/native_clock.h"
#include "rows.h"
#include "runtime/executor.h"
#include "runtime/submission.h"

namespace {

using namespace interleave;

constexpr int kHot = 5'000, kCold = 50, kRounds = 5, kMany = 1'000'000;
NativeClock steady;
Nanos now() { return monotonic_now(); }
Nanos cpu_now() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return Nanos{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}
void rest(Nanos duration) { std::this_thread::sleep_for(std::chrono::nanoseconds(duration)); }
Coroutine nothing(Task&) { co_return; }

/// An executor whose main waits for what `outside` submits, on another thread than the one that polls.
void served(ExecutorKind kind, int workers, const std::function<void(SubmissionQueue&)>& outside) {
  NativeClock clock;
  RunOptions options;
  options.kind = kind;
  options.workers = workers;
  options.compute_rate = 1;
  options.machine_cores = machine_cores();
  options.clock = &clock;
  options.core_here = core_here;
  options.leave_core = leave_core;
  options.submissions = std::make_shared<SubmissionQueue>();
  const auto queue = options.submissions;
  const auto recorder = Recorder::recycling();
  auto made = make_executor(options);
  made.executor->start(root([&](Task& task) -> Coroutine { co_await until_closed(task, *queue); }), *recorder);
  std::thread thread([&] {
    queue->submit(work(nothing)).get();  // it has begun
    outside(*queue);
    queue->close();
  });
  while (made.executor->poll(1'000 * kMs).kind != Progress::Kind::done) {}
  thread.join();
}

double submit_and_get(SubmissionQueue& queue, bool cold) {
  std::vector<double> each;
  for (int i = 0; i < (cold ? kCold : kHot); ++i) {
    if (cold) rest(2 * kMs);
    const Nanos begin = now();
    queue.submit(work(nothing)).get();
    each.push_back(static_cast<double>(now() - begin));
  }
  return bench::median(each);
}

/// Without a wait for each; the last is waited for.
double many(SubmissionQueue& queue) {
  const Nanos begin = now();
  for (int i = 1; i < kMany; ++i) queue.submit(work(nothing));
  queue.submit(work(nothing)).get();
  return static_cast<double>(now() - begin) / kMany;
}

/// Of a core, from a millisecond after the last task on.
double idle_cpu() {
  rest(5 * kMs);
  const Nanos cpu = cpu_now(), begin = now();
  rest(500 * kMs);
  return 100.0 * static_cast<double>(cpu_now() - cpu) / static_cast<double>(now() - begin);
}

}  // namespace

int main() {
  struct Row {
    const char* name;
    ExecutorKind kind;
    int workers;
    std::vector<double> hot{}, cold{}, all{}, idle{};
  };
  Row rows[] = {{"serial", ExecutorKind::serial, 1}, {"loop", ExecutorKind::loop, 1}, {"loop, two of them", ExecutorKind::loop, 2},
                {"threads", ExecutorKind::threads, 2}, {"gil", ExecutorKind::gil, 2}, {"stealing", ExecutorKind::stealing, 2}};
  for (int round = 0; round < kRounds; ++round)
    for (Row& row : rows)
      served(row.kind, row.workers, [&](SubmissionQueue& queue) {
        row.hot.push_back(submit_and_get(queue, false));
        row.cold.push_back(submit_and_get(queue, true));
        row.idle.push_back(idle_cpu());
        if (round == 0) row.all.push_back(many(queue));
      });
  for (const Row& row : rows) {
    bench::row(fmt::format("submit from outside and get, {}, hot", row.name), "ours, traced", bench::median(row.hot), "ns");
    bench::row(fmt::format("submit from outside and get, {}, cold", row.name), "ours, traced", bench::median(row.cold), "ns");
    bench::row(fmt::format("a million submits, {}, each", row.name), "ours, traced", bench::median(row.all), "ns");
    bench::row(fmt::format("idle, {}, of a core", row.name), "ours, traced", bench::median(row.idle), "%");
  }
}
