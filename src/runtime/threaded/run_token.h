// run_token.h -- P permits to run, handed over at safepoints. One permit is the GIL; P permits emulate P cores.
//
// A permit that is given back goes straight to the first in line (the line is FIFO, nobody barges in), so there is no
// moment at which it is free and somebody waits, and two can never hold the same one.
//
// Forced hand-over is CPython's (Python/ceval_gil.c): a waiter asks the holder to drop when `interval` has passed since
// the later of its arrival and the last switch; the holder drops at its next safepoint, and does not get the permit
// back before another had it (CPython's FORCE_SWITCHING; here it goes to the end of the line, which is that). CPython's
// waiters each sleep for the interval and set a flag. Ours sleep until they are granted, and the holder compares the
// clock with the one deadline that counts, the first waiter's: the same moments, no wake-up for a flag.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

#include "runtime/clock.h"
#include "runtime/threaded/parker.h"

namespace interleave {

template <class Threads = StdThreads>
class BasicRunToken {
  using Parker = BasicParker<Threads>;

 public:
  /// One who stands in line, until granted() says so. Reused, never moved.
  class Waiter {
   public:
    /// A worker's thread, woken through its parker.
    explicit Waiter(Parker& parker) : parker_(&parker) {}
    /// The polling thread, woken through the run's clock.
    explicit Waiter(Clock& clock) : clock_(&clock) {}
    /// The number of its permit, or -1. Thread: the waiter's.
    int granted() const { return permit_.load(std::memory_order_acquire); }

   private:
    friend class BasicRunToken;
    Parker* parker_ = nullptr;
    Clock* clock_ = nullptr;
    typename Threads::template atomic<int> permit_{-1};  // -1, then once the number: written by whoever hands over
    Nanos since_ = 0;
    Waiter* next_ = nullptr;
  };

  /// `interval`: how long a holder may go on while somebody waits; kNever: to its next wait.
  BasicRunToken(Clock& clock, int permits, Nanos interval) : clock_(clock), interval_(interval) {
    for (int i = permits - 1; i >= 0; --i) free_.push_back(i);
    last_switch_ = clock.now();
  }
  static constexpr Nanos kNever = INT64_MAX;

  /// A free permit's number, or -1: the waiter stands in line. Thread: any. Blocks: never.
  int take(Waiter& waiter) {
    std::scoped_lock lock(mutex_);
    if (!free_.empty()) {
      const int permit = free_.back();
      free_.pop_back();
      last_switch_ = clock_.now();
      return permit;
    }
    line_up(waiter);
    set_deadline();
    return -1;
  }
  /// Thread: any. The permit is the caller's.
  void give(int permit) {
    Wake wake;
    {
      std::scoped_lock lock(mutex_);
      if (first_) wake = hand_over(permit);
      else free_.insert(std::upper_bound(free_.begin(), free_.end(), permit, std::greater<>()), permit);
    }
    wake.now();
  }
  /// Whether the holder is to drop(): a compare, for safepoints. Only with one permit.
  bool wanted(Nanos now) const { return now >= drop_at_.load(std::memory_order_relaxed); }
  /// Likewise, of a holder who may do without.
  bool anybody_waits() const { return wanted(kNever - 1); }
  /// Gives the permit to the first in line and goes to its end. False: nobody waits any more; the caller keeps it.
  bool drop(int permit, Waiter& waiter) {
    Wake wake;
    {
      std::scoped_lock lock(mutex_);
      if (!first_) return false;
      line_up(waiter);
      wake = hand_over(permit);
    }
    wake.now();
    return true;
  }

 private:
  /// Not under the mutex: who is woken wants it.
  struct Wake {
    Parker* parker = nullptr;
    Clock* clock = nullptr;
    void now() const {
      if (parker) parker->unpark();
      if (clock) clock->notify();
    }
  };

  void line_up(Waiter& waiter) {
    waiter.permit_.store(-1, std::memory_order_relaxed);
    waiter.since_ = clock_.now();
    waiter.next_ = nullptr;
    if (last_) last_->next_ = &waiter;
    else first_ = &waiter;
    last_ = &waiter;
  }

  /// The first in line has it from here on, awake or not. It may be gone as soon as it sees that.
  Wake hand_over(int permit) {
    Waiter* const waiter = first_;
    const Wake wake{waiter->parker_, waiter->clock_};
    first_ = waiter->next_;
    if (!first_) last_ = nullptr;
    last_switch_ = clock_.now();
    set_deadline();
    waiter->permit_.store(permit, std::memory_order_release);
    return wake;
  }

  void set_deadline() {
    Nanos at = kNever;
    if (first_) at = interval_ == kNever ? kNever - 1 : std::max(first_->since_, last_switch_) + interval_;
    drop_at_.store(at, std::memory_order_relaxed);
  }

  Clock& clock_;
  const Nanos interval_;
  typename Threads::mutex mutex_;
  std::vector<int> free_;  // highest number first, so that the lowest is taken
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
  Nanos last_switch_ = 0;
  // Clock time from which the holder is to drop, which may be just before kNever; kNever while nobody waits. Written under the lock, read without: a
  // holder that reads an old value drops one safepoint later.
  typename Threads::template atomic<Nanos> drop_at_{kNever};
};
using RunToken = BasicRunToken<>;

}  // namespace interleave
