// limit.h -- how often a task was cancelled and whether it has heard of it; a limit that is disarmed when its block ends, or goes off.
//
// As asyncio's cancelling() and uncancel(): a limit that goes off is a cancel of its task, and the end of its block takes that back.
// If somebody else was heard in the block, another limit too, that is to be heard outside of it.
// A limit goes off on the thread that keeps the timers, while its task may be anywhere: on the way out of its block, or in line for a
// core. So what it leaves there goes with it: a block that is over before its task has heard has nothing to end any more.
#pragma once

#include <cstdint>

#include "runtime/threaded/std_threads.h"

namespace interleave {

/// Thread: any; take() and uncancel(): the task's own, or who ends its wait.
template <class Threads = StdThreads>
class BasicCancels {
 public:
  /// One is pending.
  operator bool() const { return word_.load(std::memory_order_seq_cst) & kPending; }
  /// How many it has heard of.
  std::uint32_t cancelling() const {
    return heard(word_.load(std::memory_order_acquire));
  }
  /// One more, which is pending.
  void cancel() {
    for (std::uint64_t was = word_.load(std::memory_order_relaxed); !swap(was, (was + kOne) | kOther);) {}
  }
  /// One that is counted is pending.
  void pend() {
    for (std::uint64_t was = word_.load(std::memory_order_relaxed); !swap(was, was | kOther);) {}
  }
  /// One more, of which somebody else is to hear.
  void count_cancel() { word_.fetch_add(kOne, std::memory_order_acq_rel); }
  /// One more, a limit's, which is pending with pend_limit().
  void count_limit() { word_.fetch_add(kOne + kPassed, std::memory_order_acq_rel); }
  void pend_limit() { word_.fetch_add(kLimit, std::memory_order_seq_cst); }
  /// All that is pending is heard, or somebody else is to hear of it. True: there was something.
  bool take() {
    std::uint64_t was = word_.load(std::memory_order_seq_cst);
    while ((was & kPending) && !swap(was, was & ~kPending)) {}
    return was & kPending;
  }
  /// A limit's block is over: one less, and no more limits are pending than have passed and have blocks that go on. True: no more are
  /// heard than before the block, so that what was heard in it was this one, if anything.
  bool uncancel(std::uint32_t before) {
    std::uint64_t was = word_.load(std::memory_order_acquire), less = 0;
    do {
      less = was - kOne - kPassed;
      if (pending_limits(less) > less / kPassed % kMost) less -= kLimit;
    } while (!swap(was, less));
    return heard(less) <= before;
  }

 private:
  // From the lowest bit: whether another cancel is pending, how many limits are, how many limits have passed, how many cancels there were.
  static constexpr std::uint64_t kMost = 1u << 20, kOther = 1, kLimit = 2, kPassed = kLimit * kMost, kOne = kPassed * kMost, kPending = kPassed - 1;
  static std::uint64_t pending_limits(std::uint64_t word) { return word / kLimit % kMost; }
  static std::uint32_t heard(std::uint64_t word) { return static_cast<std::uint32_t>(word / kOne - (word & kOther) - pending_limits(word)); }
  bool swap(std::uint64_t& was, std::uint64_t word) {
    return word_.compare_exchange_weak(was, word, std::memory_order_seq_cst, std::memory_order_acquire);
  }
  typename Threads::template atomic<std::uint64_t> word_{0};
};

/// Thread: any, but for what it says. `Of`: has cancelling(), count_limit() and uncancel().
template <class Of, class Threads = StdThreads>
class BasicLimit {
 public:
  /// It is that of a block, which begins. Thread: that of `of`.
  void begin_block(Of& of) {
    of_ = &of;
    before_ = of.cancelling();
  }
  bool is_of_block() const { return of_ != nullptr; }
  bool is_disarmed() const { return state_.load(std::memory_order_acquire) >= State::disarmed; }
  /// From now on it cannot go off. True: it had; and if it is a block's, its task has heard of nobody else since then, so that what it
  /// has heard was this, and if it has not heard of this it never will. Thread: of a block its task's. Blocks: not longer than leave() takes.
  bool disarm() {
    for (State was = State::armed;;) {
      if (was >= State::disarmed) return was == State::over;
      if (was == State::in_use) {
        Threads::pause();
        was = State::went_off;
      }
      if (!state_.compare_exchange_weak(was, was == State::armed ? State::disarmed : State::over, std::memory_order_acq_rel, std::memory_order_acquire)) continue;
      if (was == State::armed) return false;
      if (Of* const of = of_; !of || of->uncancel(before_)) return true;
      state_.store(State::disarmed, std::memory_order_release);
      return false;
    }
  }
  /// False: it is disarmed. True: somebody is to be cancelled, by the caller; of a block's task that is counted.
  bool go_off() {
    State was = State::armed;
    if (!state_.compare_exchange_strong(was, State::in_use, std::memory_order_acq_rel, std::memory_order_acquire)) return was < State::disarmed;
    if (Of* const of = of_) of->count_limit();
    state_.store(State::went_off, std::memory_order_release);
    return true;
  }
  /// It has gone off: leave() tells its task, unless it is disarmed by now. Thread: who made it go off.
  template <class Leave>
  void leave(Leave leave) {
    State was = State::went_off;
    if (!state_.compare_exchange_strong(was, State::in_use, std::memory_order_acq_rel, std::memory_order_acquire)) return;
    leave();
    state_.store(State::went_off, std::memory_order_release);
  }

 private:
  enum class State : std::uint8_t { armed, went_off, in_use, disarmed, over };  // over: it went off, and was disarmed then
  typename Threads::template atomic<State> state_{State::armed};
  typename Threads::template plain<Of*> of_{};
  std::uint32_t before_ = 0;
};

}  // namespace interleave
