// submit_bench.cpp -- work that a thread outside hands to a running executor: submit and get, hot (one after the other) and cold (the
// pool sleeps), a million submits, and what an idle pool costs (goal 11). Beside it, in the same rounds, the floor of the cold one: two
// threads of which each sleeps until the other wakes it. Medians of interleaved rounds.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "../runtime/real_clock.h"
#include "place.h"
#include "rows.h"
#include "runtime/executor.h"
#include "runtime/submission.h"

namespace {

using namespace interleave;

constexpr int kHot = 5'000, kCold = 50, kRounds = 5, kMany = 1'000'000;
const std::unique_ptr<Clock> steady = bench::make_clock();
Nanos now() { return steady->now(); }
bool coarse() {
  static const bool is = testing::step_of(*steady) >= 1'000;
  return is;
}
void rest(Nanos duration) { std::this_thread::sleep_for(std::chrono::nanoseconds(duration)); }
Coroutine nothing(Task&) { co_return; }

/// An executor whose main waits for what `outside` submits, on another thread than the one that polls.
void served(ExecutorKind kind, int workers, const std::function<void(SubmissionQueue&)>& outside) {
  const auto clock = bench::make_clock();
  RunOptions options = bench::options_here(*clock);
  options.kind = kind;
  options.workers = workers;
  options.compute_rate = 1;
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

/// A browser's clock has steps of 5 us, when each of them comes is random: many together have a time, and the mean of many.
double hot(SubmissionQueue& queue) {
  const int at_once = coarse() ? 100 : 1;
  std::vector<double> each;
  for (int i = 0; i < kHot; i += at_once) {
    const Nanos begin = now();
    for (int j = 0; j < at_once; ++j) queue.submit(work(nothing)).get();
    each.push_back(static_cast<double>(now() - begin) / at_once);
  }
  return bench::median(each);
}
double cold(const std::function<void()>& there_and_back) {
  std::vector<double> each;
  for (int i = 0; i < kCold; ++i) {
    rest(2 * kMs);
    const Nanos begin = now();
    there_and_back();
    each.push_back(static_cast<double>(now() - begin));
  }
  if (!coarse()) return bench::median(each);
  std::sort(each.begin(), each.end());
  return std::accumulate(each.begin() + kCold / 4, each.end() - kCold / 4, 0.0) / (kCold - kCold / 4 * 2);
}

/// There and back between two threads that sleep, by the system's own means.
double two_wakes() {
  std::atomic<std::uint32_t> there{0}, back{0};
  auto wait_for = [](std::atomic<std::uint32_t>& word, std::uint32_t value) {
    while (word.load() != value) bench::sleep_while(word, value - 1);
  };
  auto say = [](std::atomic<std::uint32_t>& word, std::uint32_t value) {
    word.store(value);
    bench::wake(word);
  };
  std::thread other([&] {
    for (std::uint32_t i = 1; i <= kCold; ++i) {
      wait_for(there, i);
      say(back, i);
    }
  });
  std::uint32_t i = 0;
  const double took = cold([&] {
    say(there, ++i);
    wait_for(back, i);
  });
  other.join();
  return took;
}

/// Without a wait for each; the last is waited for.
double many(SubmissionQueue& queue) {
  const Nanos begin = now();
  for (int i = 1; i < kMany; ++i) queue.submit(work(nothing));
  queue.submit(work(nothing)).get();
  return static_cast<double>(now() - begin) / kMany;
}

/// Of a core, from a millisecond after the last task on. Below 0: not known.
double idle_cpu() {
  rest(5 * kMs);
  const Nanos cpu = bench::cpu_now(), begin = now();
  rest(500 * kMs);
  const Nanos after = bench::cpu_now();
  return cpu < 0 || after < 0 ? -1 : 100.0 * static_cast<double>(after - cpu) / static_cast<double>(now() - begin);
}

}  // namespace

/// `bench_submit_bench`: all; `bench_submit_bench hot cold`: these (of hot, cold, idle, many).
int main(int argc, char** argv) {
  auto wanted = [&](std::string_view name) { return argc < 2 || std::find(argv + 1, argv + argc, name) != argv + argc; };
  struct Row {
    const char* name;
    ExecutorKind kind;
    int workers;
    std::vector<double> hot{}, cold{}, all{}, idle{};
  };
  Row rows[] = {{"serial", ExecutorKind::serial, 1}, {"loop", ExecutorKind::loop, 1}, {"loop, two of them", ExecutorKind::loop, 2},
                {"threads", ExecutorKind::threads, 2}, {"gil", ExecutorKind::gil, 2}, {"stealing", ExecutorKind::stealing, 2}};
  std::vector<double> floor, idle;
  for (int round = 0; round < kRounds; ++round) {
    if (wanted("cold")) floor.push_back(two_wakes());
    if (wanted("idle")) idle.push_back(idle_cpu());  // without any pool: what a browser, and the question itself, take
    for (Row& row : rows)
      served(row.kind, row.workers, [&](SubmissionQueue& queue) {
        if (wanted("hot")) row.hot.push_back(hot(queue));
        if (wanted("cold")) row.cold.push_back(cold([&] { queue.submit(work(nothing)).get(); }));
        if (wanted("idle")) row.idle.push_back(idle_cpu());
        if (round == 0 && wanted("many")) row.all.push_back(many(queue));
      });
  }
  auto print = [](const std::string& what, const char* who, const std::vector<double>& of, const char* unit) {
    if (!of.empty() && bench::median(of) >= 0) bench::row(what, who, bench::median(of), unit);
  };
  print("two wakes, there and back", "two threads", floor, "ns");
  print("idle, without a pool, of a core", "two threads", idle, "%");
  for (const Row& row : rows) {
    print(fmt::format("submit from outside and get, {}, hot", row.name), "ours, traced", row.hot, "ns");
    print(fmt::format("submit from outside and get, {}, cold", row.name), "ours, traced", row.cold, "ns");
    print(fmt::format("a million submits, {}, each", row.name), "ours, traced", row.all, "ns");
    print(fmt::format("idle, {}, of a core", row.name), "ours, traced", row.idle, "%");
  }
}
