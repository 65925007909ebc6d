#include "platform/native/native_clock.h"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

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

std::int64_t stack_bytes_here() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  void* lowest = nullptr;
  std::size_t bytes = 0;
  const bool known = pthread_attr_getstack(&attributes, &lowest, &bytes) == 0;
  pthread_attr_destroy(&attributes);
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t pages = bytes / page;
  // On the heap: the answer is not to touch what is asked about.
  std::vector<unsigned char> there(pages);
  if (!known || pages == 0 || mincore(lowest, pages * page, there.data()) != 0) return 0;
  return static_cast<std::int64_t>(page) * std::ranges::count_if(there, [](unsigned char c) { return (c & 1) != 0; });
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

int core_here() { return sched_getcpu(); }

void leave_core(int core) {
  cpu_set_t may, others;
  if (core < 0 || core >= CPU_SETSIZE || sched_getcpu() != core) return;
  CPU_ZERO(&may);
  if (sched_getaffinity(0, sizeof may, &may) != 0) return;
  others = may;
  CPU_CLR(static_cast<std::size_t>(core), &others);
  if (CPU_COUNT(&others) > 0 && sched_setaffinity(0, sizeof others, &others) == 0) sched_setaffinity(0, sizeof may, &may);
}

}  // namespace interleave
