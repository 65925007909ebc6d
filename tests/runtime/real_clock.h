// real_clock.h -- the machine's clock, for tests and benches of the executors.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "runtime/executor.h"

namespace interleave::testing {

class RealClock final : public Clock {
 public:
  Nanos now() override {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
  void wait_until(Nanos deadline) override {
    std::unique_lock lock(mutex_);
    const Nanos left = std::clamp<Nanos>(deadline - now(), 0, 3'600'000 * kMs);
    changed_.wait_for(lock, std::chrono::nanoseconds(left), [&] { return notified_; });
    notified_ = false;
  }
  void notify() override {
    std::scoped_lock lock(mutex_);
    notified_ = true;
    changed_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool notified_ = false;
};

/// A clock's smallest step, as an engine measures it.
inline Nanos step_of(Clock& clock) {
  Nanos step = INT64_MAX;
  for (int changes = 0; changes < 20;) {
    const Nanos before = clock.now();
    Nanos now = before;
    while (now == before) now = clock.now();
    step = std::min(step, now - before);
    ++changes;
  }
  return step;
}
/// Of the machine's clock.
inline Nanos clock_step() {
  static const Nanos measured = [] {
    RealClock clock;
    return step_of(clock);
  }();
  return measured;
}

/// By how much the times of two threads may be off: where a clock has steps, as in a browser, each Worker has one of its own.
inline Nanos clock_error() {
  constexpr Nanos kOfAPage = 200'000;  // 60 us were seen in Chromium
  return clock_step() < 1'000 ? 0 : kOfAPage;
}

}  // namespace interleave::testing
