#include "platform/native/native_clock.h"

#include <sched.h>

#include <algorithm>

namespace interleave {

Nanos measured_clock_step() {
  Nanos least = 1'000'000'000;
  for (int i = 0; i < 1000; ++i) {
    const Nanos before = monotonic_now();
    Nanos after = before;
    while (after == before) after = monotonic_now();
    least = std::min(least, after - before);
  }
  return least;
}

int machine_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  // The set of a machine with over 1,024 cores does not fit; nobody plays there.
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

}  // namespace interleave
