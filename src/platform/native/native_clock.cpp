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

bool pin_to_cores(int count) {
  cpu_set_t may, chosen;
  CPU_ZERO(&may);
  CPU_ZERO(&chosen);
  if (sched_getaffinity(0, sizeof may, &may) != 0) return false;
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&chosen) < count; ++cpu)
    if (CPU_ISSET(cpu, &may)) CPU_SET(cpu, &chosen);
  return count > 0 && CPU_COUNT(&chosen) == count && sched_setaffinity(0, sizeof chosen, &chosen) == 0;
}

}  // namespace interleave
