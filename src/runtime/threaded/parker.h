// parker.h -- how a worker's thread sleeps.
#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>

#include "runtime/threaded/std_threads.h"
#include "trace/event.h"

namespace interleave {

/// One thread parks, any thread unparks. An unpark() that comes first is not lost: the next park() returns at once.
/// Whoever parks asks again for what it waits for; a park may end for nothing.
template <class Threads = StdThreads>
class BasicParker {
 public:
  /// Thread: the owner. Blocks: until unpark(), at most `at_most`.
  void park(Nanos at_most) {
    std::unique_lock lock(mutex_);
    // Longer waits come in pieces: a deadline far beyond the clock's range must not overflow to one in the past.
    const auto limit = std::chrono::nanoseconds(std::clamp<Nanos>(at_most, 0, 3'600'000'000'000));
    unparked_.wait_for(lock, limit, [&] { return static_cast<bool>(token_); });
    token_ = false;
  }
  /// Thread: any.
  void unpark() {
    std::scoped_lock lock(mutex_);
    token_ = true;
    unparked_.notify_one();
  }

 private:
  typename Threads::mutex mutex_;
  typename Threads::condition unparked_;
  typename Threads::template plain<bool> token_{};
};
using Parker = BasicParker<>;

}  // namespace interleave
