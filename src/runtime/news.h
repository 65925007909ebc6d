// news.h -- how work from outside and its end come to a thread that looks on for a moment, and then sleeps: neither is missed, and
// nobody makes a system call for one who is awake. (Over StdThreads; tests/schedules explores both.)
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>

#include "runtime/threaded/std_threads.h"
#include "trace/event.h"

namespace interleave {

/// Who has nothing to do looks on for so long before it sleeps: a sleep and a wake cost about this.
inline constexpr Nanos kSpin = 20'000;

/// Of many who bring, for one who takes. Who brings writes that there is news, and then reads whether he is awake; he writes that he is
/// not, and then reads whether there is news. All four are sequentially consistent, so one of the two sees the other.
template <class Threads = StdThreads>
class BasicNews {
 public:
  /// What there is was put where it is taken. True: it sleeps who takes it, and the caller wakes him. Thread: any.
  bool tell() { return !news_.exchange(true, std::memory_order_seq_cst) && !awake_.load(std::memory_order_seq_cst); }
  /// Thread: any.
  bool is_there() const { return news_.load(std::memory_order_acquire); }

  // Thread: that of who takes.
  /// Before he looks there.
  void taken() { news_.store(false, std::memory_order_relaxed); }
  /// From here on he asks is_there() again and again.
  void awake() { awake_.store(true, std::memory_order_relaxed); }
  bool is_awake() const { return awake_.load(std::memory_order_relaxed); }
  /// Until here. True: he must not sleep.
  bool falls_asleep() {
    awake_.store(false, std::memory_order_seq_cst);
    return news_.load(std::memory_order_seq_cst);
  }

 private:
  typename Threads::template atomic<bool> news_{false}, awake_{false};
};

/// How something ended, told once to all who wait: a number that is neither 0 nor kSleeps. What was written before is visible to them.
template <class Threads = StdThreads>
class BasicEnding {
 public:
  static constexpr std::uint8_t kSleeps = 0xFF;
  /// 0: not yet. Thread: any.
  std::uint8_t how() const {
    const std::uint8_t now = how_.load(std::memory_order_acquire);
    return now == kSleeps ? 0 : now;
  }
  /// Thread: any; once. The mutex is for those who have said that they sleep, and do not yet: they had it when they said so.
  void tell(std::uint8_t how) {
    if (how_.exchange(how, std::memory_order_acq_rel) != kSleeps) return;
    { std::scoped_lock lock(mutex_); }
    over_.notify_all();
  }
  /// Sleeps until then, at most `limit`. Thread: any.
  void sleep(Nanos limit) {
    constexpr Nanos kAtOnce = 3'600'000'000'000;  // the library's clock must not overflow
    std::unique_lock lock(mutex_);
    std::uint8_t lives = 0;
    how_.compare_exchange_strong(lives, kSleeps, std::memory_order_acq_rel, std::memory_order_acquire);
    for (Nanos left = limit; left > 0; left -= limit == INT64_MAX ? 0 : std::min(left, kAtOnce))
      if (over_.wait_for(lock, std::chrono::nanoseconds(std::min(left, kAtOnce)), [&] { return how() != 0; })) return;
  }

 private:
  typename Threads::template atomic<std::uint8_t> how_{0};  // or kSleeps, while somebody does
  typename Threads::mutex mutex_;                           // of who sleeps
  typename Threads::condition over_;
};

}  // namespace interleave
