#include "../place.h"

#include <emscripten.h>

#include <thread>

#include "../../runtime/real_clock.h"
#include "platform/web/thread_clock.h"

EM_JS(bool, is_node, (), { return typeof process === 'object' && Boolean(process.cpuUsage); });
// Node knows it. A page does not; who serves it may (helpers.mjs).
EM_JS(double, bench_cpu_ns, (), {
  if (typeof process === 'object' && process.cpuUsage) {
    const { user, system } = process.cpuUsage();
    return (user + system) * 1000;
  }
  try {
    const question = new XMLHttpRequest();
    question.open('GET', '/cpu', false);
    question.send();
    return question.status === 200 ? Number(question.responseText) : -1;
  } catch {
    return -1;
  }
});

namespace interleave::bench {

std::unique_ptr<Clock> make_clock() { return std::make_unique<ThreadClock>(); }

RunOptions options_here(Clock& clock) {
  static const Nanos step = testing::step_of(clock);
  RunOptions options;
  options.clock = &clock;
  options.clock_step = step;
  options.machine_cores = static_cast<int>(std::thread::hardware_concurrency());
  options.thread_begins = sleep_in_one_piece;
  return options;
}

Nanos cpu_now() { return static_cast<Nanos>(bench_cpu_ns()); }
bool cpu_is_cheap() { return false; }
Nanos busy_now() { return is_node() ? cpu_now() : static_cast<Nanos>(page_clock_ms() * 1e6); }

void sleep_while(std::atomic<std::uint32_t>& word, std::uint32_t value) {
  __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int*>(&word), static_cast<int>(value), -1);
}
void wake(std::atomic<std::uint32_t>& word) { __builtin_wasm_memory_atomic_notify(reinterpret_cast<int*>(&word), 1); }

}  // namespace interleave::bench
