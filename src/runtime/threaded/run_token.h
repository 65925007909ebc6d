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

#include <atomic>
#include <mutex>
#include <vector>

#include "runtime/clock.h"
#include "runtime/threaded/parker.h"

namespace interleave {

class RunToken {
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
    friend class RunToken;
    Parker* parker_ = nullptr;
    Clock* clock_ = nullptr;
    std::atomic<int> permit_{-1};  // -1, then once the number: written by whoever hands over
    Nanos since_ = 0;
    Waiter* next_ = nullptr;
  };

  /// `interval`: how long a holder may go on while somebody waits; kNever: to its next wait.
  RunToken(Clock& clock, int permits, Nanos interval);
  static constexpr Nanos kNever = INT64_MAX;

  /// A free permit's number, or -1: the waiter stands in line. Thread: any. Blocks: never.
  int take(Waiter& waiter);
  /// Thread: any. The permit is the caller's.
  void give(int permit);
  /// Whether the holder is to drop(): a compare, for safepoints. Only with one permit.
  bool wanted(Nanos now) const { return now >= drop_at_.load(std::memory_order_relaxed); }
  /// Gives the permit to the first in line and goes to its end. False: nobody waits any more; the caller keeps it.
  bool drop(int permit, Waiter& waiter);

 private:
  void line_up(Waiter& waiter);
  void hand_over(int permit);
  void set_deadline();

  Clock& clock_;
  const Nanos interval_;
  std::mutex mutex_;
  std::vector<int> free_;  // highest number first, so that the lowest is taken
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
  Nanos last_switch_ = 0;
  // Clock time from which the holder is to drop; kNever while nobody waits. Written under the lock, read without: a
  // holder that reads an old value drops one safepoint later.
  std::atomic<Nanos> drop_at_{kNever};
};

}  // namespace interleave
