// steady_clock.h -- a clock that goes back is one that stands for a moment: what an executor makes of the clock that it is given.
//
// Who waits has a deadline. If the clock goes back by an hour under it, that is an hour away, for each timer, each limit, each
// thread under the GIL that is to be asked for it. So whoever sees that now is earlier than what it saw last says by how much, to
// all: from then on the run's time is that much ahead of the clock's. What passed between the two looks is lost, no more.
// The look costs 1 ns more (of 25): who saw what is each thread's own, and what all share is written once in a jump.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "runtime/clock.h"

namespace interleave {

/// Thread: as Clock. The other one outlives it.
class SteadyClock final : public Clock {
 public:
  explicit SteadyClock(Clock& from) : from_(from) {}
  Nanos now() override {
    const Nanos ahead = ahead_.load(std::memory_order_acquire);  // first: too little is seen and mended, too much would stay
    const Nanos t = from_.now() + ahead;
    if (seen_.by == number_ && t < seen_.at) [[unlikely]] return went_back();
    seen_ = {number_, t};
    return t;
  }
  void wait_until(Nanos deadline) override { from_.wait_until(of_given(deadline)); }
  void notify() override { from_.notify(); }
  void computed(Nanos duration) override { from_.computed(duration); }
  bool jumps() const override { return from_.jumps(); }
  /// That time on the clock that was given.
  Nanos of_given(Nanos t) const { return t == kForever ? t : t - ahead_.load(std::memory_order_relaxed); }
  /// What that clock's time is here.
  Nanos from_given(Nanos t) const { return t + ahead_.load(std::memory_order_relaxed); }

 private:
  struct Seen {
    std::uint64_t by;  // which of these clocks was asked last on this thread; 0: none
    Nanos at;
  };
  Nanos went_back() {
    std::scoped_lock lock(mutex_);
    const Nanos ahead = ahead_.load(std::memory_order_relaxed);  // grows under the mutex only
    Nanos t = from_.now() + ahead;  // another may have seen it first
    if (t < seen_.at) {
      ahead_.store(ahead + seen_.at - t, std::memory_order_release);
      t = seen_.at;
    }
    return seen_.at = t;
  }

  static inline std::atomic<std::uint64_t> numbers_{0};
  static inline constinit thread_local Seen seen_{0, 0};
  Clock& from_;
  const std::uint64_t number_ = numbers_.fetch_add(1, std::memory_order_relaxed) + 1;
  std::atomic<Nanos> ahead_{0};  // grows
  std::mutex mutex_;             // of who makes it grow
};

}  // namespace interleave
