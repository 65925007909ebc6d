#include "../place.h"

#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/native/native_clock.h"

namespace interleave::bench {

std::unique_ptr<Clock> make_clock() { return std::make_unique<NativeClock>(); }

RunOptions options_here(Clock& clock) {
  RunOptions options;
  options.clock = &clock;
  options.machine_cores = machine_cores();
  options.core_here = core_here;
  options.leave_core = leave_core;
  return options;
}

Nanos cpu_now() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return Nanos{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}
bool cpu_is_cheap() { return true; }
Nanos busy_now() { return cpu_now(); }

void sleep_while(std::atomic<std::uint32_t>& word, std::uint32_t value) { syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0); }
void wake(std::atomic<std::uint32_t>& word) { syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0); }

}  // namespace interleave::bench
