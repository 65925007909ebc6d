// std_threads.h -- what the lock-free parts are made of. tests/schedules puts others here, which a scheduler of its own steps.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "runtime/work_deque.h"

namespace interleave {

struct StdThreads : StdAtomics {
  using mutex = std::mutex;
  using condition = std::condition_variable;
  /// Nothing to do before somebody else has done something.
  static void pause() { std::this_thread::yield(); }
};

}  // namespace interleave
