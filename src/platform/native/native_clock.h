// native_clock.h -- the steady clock, and a sleep that HTTP answers and children's messages end too.
#pragma once

#include <cstdint>

#include "platform/native/poller.h"
#include "runtime/clock.h"

namespace interleave {

class NativeClock final : public Clock {
 public:
  Nanos now() override { return monotonic_now(); }
  void wait_until(Nanos deadline) override { poller_.wait_until(deadline); }
  void notify() override { poller_.notify(); }
  /// Where what else can end a wait says so. Outlived by this clock.
  Poller& poller() { return poller_; }

 private:
  Poller poller_;
};

/// The smallest step between two readings that differ, over a thousand of them. Blocks: under 1 ms.
Nanos measured_clock_step();
/// Cores that this process may use (its affinity), at least 1.
int machine_cores();
/// Memory that the calling thread's stack takes: its pages that were ever touched. 0: the system does not say. Blocks: microseconds.
std::int64_t stack_bytes_here();
/// Confines this thread, and the threads and processes that it will start, to the first `count` cores that it may use.
/// False: it may not use so many, or the system refuses.
bool pin_to_cores(int count);
/// On which of the system's cores the calling thread is just now; -1: unknown.
int core_here();
/// The calling thread, if it is on that core, goes on on another that it may use. It may be moved again at any time.
void leave_core(int core);

}  // namespace interleave
